# Not exercised by the tests: they run the same commands without containers.
FROM python:3.12-slim
WORKDIR /srv/tillfalle
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
ENV DATA_DIR=/data HOST=0.0.0.0 PYTHONUNBUFFERED=1
RUN useradd --system tillfalle && mkdir /data && chown tillfalle /data
USER tillfalle
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
