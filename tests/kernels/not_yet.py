"""Kernels that are refused today, with words of the reason; held strictly, as in the zoo."""

NOT_YET: dict[str, str] = {
}
