"""Read total, date and seller off a picture of a receipt: a suggestion, never a decision. No Django in here."""
