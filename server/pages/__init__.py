"""The pages: what is asked, what is answered. Rules and data live elsewhere."""
