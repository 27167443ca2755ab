"""How long things are kept, and a person's rights over what is held about them."""
