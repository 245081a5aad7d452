"""The backend that compiles the emitted program with `numba.njit`."""
