"""How gunicorn serves: `gunicorn -c config/gunicorn.py config.wsgi`."""

import os

host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
bind = f"{host}:{port}"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
threads = int(os.environ.get("WEB_THREADS") or 8)
timeout = 60
graceful_timeout = 20
# As many connections as threads, so that none waits for another's.
os.environ["DATABASE_POOL"] = os.environ.get("DATABASE_POOL") or str(threads + 2)
