"""E-mail: only to where somebody said it is safe, at the hours they named, and neutral in every word."""
