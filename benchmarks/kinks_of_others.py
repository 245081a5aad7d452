"""What autograd, JAX and PyTorch take at the kinks of docs/kinks.md: prints the columns of its table.
Run, with those three installed: python benchmarks/kinks_of_others.py"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[1] / "docs" / "kinks.md"
ROW = re.compile(r"^\| `(.*?)` \| ([^|]*) \| ([^|]*) \|", re.M)
# Where PyTorch spells it otherwise.
IN_TORCH = {
    "np.maximum(x, 0)": "torch.maximum(x, torch.zeros_like(x))",
    "np.minimum(x, 0)": "torch.minimum(x, torch.zeros_like(x))",
    "np.max(x)": "torch.amax(x)",
    "np.min(x)": "torch.amin(x)",
    "np.linalg.norm(x)": "torch.linalg.vector_norm(x)",
    "np.linalg.norm(x, np.inf)": "torch.linalg.vector_norm(x, ord=float('inf'))",
    "np.linalg.norm(x, 1)": "torch.linalg.vector_norm(x, ord=1)",
    "np.sort(x) * np.array([1, 2, 3])": "torch.sort(x).values * torch.tensor([1, 2, 3])",
    "np.std(x)": "torch.std(x, correction=0)",
    "np.ptp(x)": "torch.amax(x) - torch.amin(x)",
    "np.fmax(x, np.nan)": "torch.fmax(x, torch.full_like(x, float('nan')))",
    "np.fmin(x, np.nan)": "torch.fmin(x, torch.full_like(x, float('nan')))",
    "np.sqrt(np.maximum(x, 0))": "torch.sqrt(torch.maximum(x, torch.zeros_like(x)))",
    "np.max(np.abs(x))": "torch.amax(torch.abs(x))",
    "np.heaviside(x, 0.5)": "torch.heaviside(x, torch.full_like(x, 0.5))",
    "np.cumprod(x)": "torch.cumprod(x, 0)",
    "np.linalg.norm(x.reshape(1, -1), axis=1)": "torch.linalg.vector_norm(x.reshape(1, -1), dim=1)",
}


def slopes_of(one):
    """Slopes as the page has them: as many digits as there are, without a zero behind the point."""
    return ", ".join(f"{v:.16g}" for v in np.atleast_1d(np.asarray(one)))


def by_autograd(program, x):
    """The gradient of the sum of a program, by autograd."""
    import autograd.numpy as anp
    from autograd import grad

    return grad(lambda x: anp.sum(eval(program, {"np": anp, "x": x})))(x)


def by_jax(program, x):
    """The same by JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    return jax.grad(lambda x: jnp.sum(eval(program, {"np": jnp, "x": x})))(x)


def by_torch(program, x):
    """The same by PyTorch."""
    import torch

    x = torch.tensor(x, requires_grad=True)
    text = IN_TORCH.get(program, program.replace("np.", "torch."))
    torch.sum(eval(text, {"torch": torch, "x": x})).backward()
    return x.grad.numpy()


def main():
    warnings.simplefilter("ignore")
    for program, at, ours in ROW.findall(PAGE.read_text(encoding="utf-8")):
        x = np.array([float(one) for one in at.split(",")])
        cells = []
        for other in (by_autograd, by_jax, by_torch):
            try:
                cells.append(slopes_of(other(program, x)))
            except Exception as error:  # it has no such function, or no derivative of it
                print(f"{program}: {error}", file=sys.stderr)
                cells.append("-")
        print(f"| `{program}` | {at.strip()} | {ours.strip()} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
