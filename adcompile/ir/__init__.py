"""The intermediate representation: its nodes and types, and what reads, prints and checks it."""
