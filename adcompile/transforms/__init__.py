"""The passes: each takes a function of the IR and returns another one."""
