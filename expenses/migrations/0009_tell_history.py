"""What can be told of expenses that were there before their history was kept: when each came in and was decided.

An expense that was claimed or moved since has its own events already, and is left alone.
"""

from django.db import migrations

SUBMITTED = """
    INSERT INTO expenses_expenseevent
        (expense_id, at, by_id, action, from_status, to_status, claimed_amount, reason_code, reason, changes)
    SELECT expense.id, submitted_at, contact_person_id, 'submit', 'draft', 'submitted', claimed_amount, '', '', '[]'
    FROM expenses_expense expense JOIN assignments_assignment assignment ON assignment.id = assignment_id
    WHERE submitted_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM expenses_expenseevent WHERE expense_id = expense.id)
    ORDER BY submitted_at
"""
# Paid came after approved, at a time that nobody wrote down.
DECIDED = """
    INSERT INTO expenses_expenseevent
        (expense_id, at, by_id, action, from_status, to_status, claimed_amount, approved_amount, reason_code, reason,
        changes)
    SELECT id, decided_at, decided_by_id,
        CASE status WHEN 'returned' THEN 'return' WHEN 'rejected' THEN 'reject' ELSE 'approve' END,
        'submitted', CASE status WHEN 'paid' THEN 'approved' ELSE status END, claimed_amount, approved_amount,
        reason_code, reason, '[]'
    FROM expenses_expense expense
    WHERE decided_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM expenses_expenseevent WHERE expense_id = expense.id AND action <> 'submit')
    ORDER BY decided_at
"""


class Migration(migrations.Migration):
    dependencies = [("expenses", "0008_deciding")]
    operations = [
        migrations.RunSQL(SUBMITTED, migrations.RunSQL.noop),
        migrations.RunSQL(DECIDED, migrations.RunSQL.noop),
    ]
