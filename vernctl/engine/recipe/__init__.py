"""The recipe: what the engine authors, as typed and portable data.

A recipe names its tables and columns as the customer does, holds no SQL, and reads as YAML. Per
sheet it says which tables feed it, which value each column starts from, and an ordered list of
steps over cells and rows. Every operation owns the expression it compiles to.
"""
