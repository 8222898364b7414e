"""What is asked: each form once, its workbook template, its reader and its row errors."""
