"""Every compilation of every test holds the IR to its rules after each pass."""

import os

os.environ["ADCOMPILE_VERIFY"] = "1"  # read when adcompile is imported, here and in a subprocess
