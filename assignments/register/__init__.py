"""Reading a register of assignments: files give sheets, cells give values, rows give what is to be written."""
