"""Mutants of rules that compute the same as the rule, and why; `mutants.py` reads this.

An entry is a change as `mutants.py` prints it, or a statement: then all survivors in it are meant.
"""

SHORTER = "a shorter way to what the lines below it compute as well"
NEGATIVE = "for NumPy every negative size is the one to be found"
COMMUTES = "the operands may change places"
DIVIDES_ZERO = "where the difference is seen, 0 is divided: by 1 or by -1"
NO_RANK = "no rank is negative, so the lines below it are taken: they give a 0-d array for a number"
NOT_REACHED = "axis 0 is not asked for: it has a line of its own"
DEPRECATED = "an array of one element that is made a float: NumPy is about to refuse it"
LAST_PIECE = "only tells the last piece, whose end may be given or left out"
FROM_MINUS_INFINITY = "minus infinity less a finite number"
AT_MOST_EIGHT = "methods take the axes one by one; test_odd_arguments.py looks at eight"
HOW = "only how it is computed"
SQUARE = "matrices are square, also in a stack"
BRANCH_IS_RIGHT = "for real numbers the line for complex ones gives the same"
NOT_MOVING = "it holds no floats: it never moves"
ZERO_TIMES = "zero, whatever its sign"
LAST_AXIS = "of a vector the last axis is the first; of others the lines below it compute the same"
FROM_BEHIND = "of the samples' ranks this is the last axis, from the front or from behind"
TRUE = "minus True is true as well"
MIDDLE = "of three numbers the middle one, in whatever order they are given"
OF_A_VECTOR = "a vector has one axis, by whatever number"
IN_EACH_RANK = "only how it is written: of any rank both lines give the same"
NO_MORE_COLUMNS = "any size from the number of Q's columns up to that of the rows: the matrix has no more columns"
BY_PROGRAMS = "of all vectors of a matrix that is not square one side is refused: test_decompositions.py has programs"
SECOND_ORDER = "the same vectors, but for their derivative: test_decompositions.py looks at the second order"
NOT_KNOWN = "taken where the rank is not known: test_decompositions.py has a program for any arguments"
EACH_ROW = "each row has as many numbers"
CUT_OFF = "the samples are far from a lower rank"
TWO_SIGNS = "it stands twice in a product"
BY_ONE = "a number divided by one"
REFUSED = "what is refused has no samples: test_odd_arguments.py has the program"
SAME_AT_EQUALITY = "both lines give the same where the two are equal"

EQUIVALENT: dict[str, dict[str, str]] = {
    "axes.are_first": {
        "return axis == 0 or (isinstance(axis, tuple) and axis == tuple(range(len(axis)))) -> "
        "return -(axis == 0 or (isinstance(axis, tuple) and axis == tuple(range(len(axis)))))": TRUE
    },
    "creation.array": {
        "0 -> -1 in: ndmin=": "only a positive one is asked for",
        "return zeros_like(a) -> return -zeros_like(a)": ZERO_TIMES,
    },
    "axes.put_back_axes": {
        "0 -> -1 in: if axis is None or keepdims or are_first(axis) or (known_rank(r_bar) == 0):": (
            "an axis of size 1 more: it is broadcast as well"
        )
    },
    "axes.gathered": {"if axis is None or known_rank(a) == 0:": SHORTER},
    "axes.scattered": {"if axis is None or known_rank(a) == 0:": SHORTER},
    "fourier.names_twice": {
        "axis % rank -> axis in: return len({axis % rank for axis in axes}) < len(axes)": REFUSED,
    },
    "items.at_places": {
        "len(places) > 1 -> len(places) >= 1 in: if len(places) > 1:": BY_ONE,
        "1 -> 0 in: if len(places) > 1:": BY_ONE,
    },
    "items.mean_at": {
        "1 -> 0 in: if len(places) == 1:": BY_ONE,
        "0 -> -1 in: return items_dot[places[0]]": "of one place the first is the last",
    },
    "items.extreme_of_tangent": {
        "return (zeros_like(default), default_dot) -> return (-zeros_like(default), default_dot)": ZERO_TIMES,
        "return (mean_at(places_of_item(items, r, key is None), items_dot), zeros_like(r)) -> "
        "return (mean_at(places_of_item(items, r, key is None), items_dot), -zeros_like(r))": ZERO_TIMES,
    },
    "items.summed_from": {
        "sum_of(r, iterable, r_bar, start=start) -> sum_of(r, iterable, r_bar) in: "
        "return (sum_of(r, iterable, r_bar, start=start), unbroadcast(r_bar, start))": "a start moves no slope",
    },
    "python.collected": {
        "1 -> 0 in: return match_dtype(items if np.ndim(x) == 1 else np.reshape(items, np.shape(x)), x)": SHORTER
    },
    "repetition.pad": {"if np.ndim(array) == 0:": NO_RANK},
    "creation.linspace": {
        "if np.ndim(start) == 0 and np.ndim(stop) == 0:": SHORTER,
        "(1 - weights) @ r_bar -> r_bar @ (1 - weights) in: return ((1 - weights) @ r_bar, weights @ r_bar)": COMMUTES,
        "weights @ r_bar -> r_bar @ weights in: return ((1 - weights) @ r_bar, weights @ r_bar)": COMMUTES,
    },
    "creation.meshgrid": {
        "1 -> 2 in: "
        "cotangents = (*cotangents, np.reshape(np.reshape(g, (np.size(x), -1)).sum(axis=1), np.shape(x)))": NEGATIVE
    },
    "decompositions.turned": {"2 -> 1 in: if known_rank(x) == 2:": IN_EACH_RANK},
    "decompositions.in_rows": {"1 -> 0 in: if known_rank(weights) == 1:": IN_EACH_RANK},
    "decompositions.in_columns": {"1 -> 0 in: if known_rank(weights) == 1:": IN_EACH_RANK},
    "decompositions.over_gaps": {
        "in_rows(w) - in_columns(w) + eye -> in_rows(w) - in_columns(w) - eye in: "
        "return (1 - eye) * p / (in_rows(w) - in_columns(w) + eye)": DIVIDES_ZERO
    },
    "decompositions.over_squared_gaps": {
        "(across - down) * (across + down) + eye -> (across - down) * (across + down) - eye in: "
        "return (1 - eye) * p / ((across - down) * (across + down) + eye)": DIVIDES_ZERO
    },
    "decompositions.eigenvectors": {
        "return np.linalg.eigh(a)[1] -> return -np.linalg.eigh(a)[1]": "their signs are arbitrary",
        "return np.linalg.eigh(a, UPLO)[1] -> return -np.linalg.eigh(a, UPLO)[1]": "their signs are arbitrary",
    },
    "decompositions.svd": {"if u_bar is None:": SECOND_ORDER, "if vh_bar is None:": SECOND_ORDER},
    "decompositions.svd_tangent": {
        "True -> False in: full_matrices=": BY_PROGRAMS,
        "if full_matrices and (not known_square(a)):": BY_PROGRAMS,
        "u, vh = (thin_columns(u, s), thin_rows(vh, s))": BY_PROGRAMS,
        "u_dot, vh_dot = (determined(u_dot, r[0]), determined(vh_dot, r[2]))": BY_PROGRAMS,
    },
    "decompositions.qr": {"k = np.shape(q)[-1]": NO_MORE_COLUMNS},
    "decompositions.qr_tangent": {
        "k = np.shape(q)[-1]": NO_MORE_COLUMNS,
        "1 -> 0 in: below = np.tril(c, -1)": "the diagonal is taken away and added again",
    },
    "decompositions.cond": {
        "2 -> 1 in: g = r_bar * r if np.ndim(x) == 2 else (r_bar * r)[..., None, None]": IN_EACH_RANK
    },
    "elementwise.to_float": {"return r_bar if np.ndim(x) == 0 else np.full(np.shape(x), r_bar)": DEPRECATED},
    "elementwise.hypot": {
        "r + (r == 0) -> r - (r == 0) in: return (x / (r + (r == 0)), y / (r + (r == 0)))": DIVIDES_ZERO
    },
    "elementwise.logaddexp": {"top = np.where(r == -np.inf, 0, r)": FROM_MINUS_INFINITY},
    "elementwise.logaddexp2": {"top = np.where(r == -np.inf, 0, r)": FROM_MINUS_INFINITY},
    "trigonometry.sinc": {
        "np.abs(t) < 0.001 -> np.abs(t) <= 0.001 in: near = np.abs(t) < 0.001": SAME_AT_EQUALITY,
        "x + near -> x - near in: "
        "return np.where(near, np.pi * t * (t ** 2 / 30 - 1 / 3), (np.cos(t) - r) / (x + near))": (
            "where it is near, the quotient is not taken; it must only not divide by zero"
        ),
    },
    "trigonometry.arcsinh": {"np.hypot(1, x) -> np.hypot(x, 1) in: return 1 / np.hypot(1, x)": COMMUTES},
    "extremes.copysign": {
        "np.sign(x) * np.copysign(1, y) -> np.sign(x) / np.copysign(1, y) in: "
        "return (np.sign(x) * np.copysign(1, y), 0)": "multiplied or divided by 1 or -1"
    },
    "extremes.clip": {
        "np.maximum(a, a_min) -> np.maximum(a_min, a) in: "
        "above = r < a if a_min is None else (r != a) & (r < np.maximum(a, a_min))": COMMUTES
    },
    "axes.part_along": {"1 -> 0 in: if axis is None or axis == 0 or known_rank(x) == 1:": SHORTER},
    "axes.differences_back": {"if np.ndim(x) == 1:": SHORTER},
    "reductions.cumulative_sum": {"if np.ndim(x) == 1:": SHORTER},
    "axes.after": {
        "axis >= 0 -> axis > 0 in: return () if axis >= 0 else (slice(None),) * (-axis - 1)": NOT_REACHED,
        "0 -> 1 in: return () if axis >= 0 else (slice(None),) * (-axis - 1)": NOT_REACHED,
        "0 -> -1 in: return () if axis >= 0 else (slice(None),) * (-axis - 1)": "for the last axis both are empty",
    },
    "joining.concatenate": {
        "if not isinstance(arrays, tuple):": SHORTER,
        "stop = None if i + 1 == len(arrays) else size if i == 0 else start + size": LAST_PIECE,
    },
    "joining.stack": {"if not isinstance(arrays, tuple):": SHORTER},
    "joining.hstack": {
        "0 -> -1 in: stop = start + np.shape(a)[0]": "a vector has one axis",
        "3 -> 2 in: return side_by_side(r_bar, tup, 0 if np.ndim(tup) < 3 else 1)": "a matrix has rows of one axis",
    },
    "least_squares.outer": {
        "1 -> 0 in: if known_rank(x) == 1:": SHORTER,
        "if known_rank(x) == 2:": SHORTER,
        "return np.reshape(x, (np.shape(x)[0], -1)) @ np.reshape(y, (np.shape(y)[0], -1)).T": NOT_KNOWN,
        "return np.reshape(x, (np.shape(x)[0], -1)) @ np.reshape(y, (np.shape(y)[0], -1)).T -> "
        "return -(np.reshape(x, (np.shape(x)[0], -1)) @ np.reshape(y, (np.shape(y)[0], -1)).T)": NOT_KNOWN,
    },
    "least_squares.for_columns": {
        f"0 -> {i} in: return np.concatenate([squares_bar, np.zeros(np.size(b[0]))])[:np.size(b[0])]": EACH_ROW
        for i in (1, -1)
    },
    "least_squares.lstsq": {"p = np.linalg.pinv(a, rtol=None)": CUT_OFF},
    "least_squares.lstsq_tangent": {"p = np.linalg.pinv(a, rtol=None)": CUT_OFF},
    "linalg.solve": {
        "if np.ndim(a) == 2 and np.ndim(b) == 1:": SHORTER,
        "if np.ndim(a) == 2 and np.ndim(b) == 2:": SHORTER,
        "0 -> -1 in: return (-(g * r[..., None, :]), unbroadcast(g[..., 0], b))": "the axis has one element",
    },
    "linalg.inv": {"if np.ndim(a) == 2:": SHORTER},
    "linalg.det": {"if np.ndim(a) == 2:": SHORTER},
    "linalg.slogdet": {"if np.ndim(a) == 2:": SHORTER},
    "linalg.cholesky": {
        "1 - 0.5 * np.eye(np.shape(a)[-1]) -> 0.5 * np.eye(np.shape(a)[-1]) - 1 in: "
        "halved = 1 - 0.5 * np.eye(np.shape(a)[-1])": "it is multiplied by twice",
        "-1 -> 1 in: halved = 1 - 0.5 * np.eye(np.shape(a)[-1])": SQUARE,
        "1 -> 2 in: halved = 1 - 0.5 * np.eye(np.shape(a)[-1])": SQUARE,
    },
    "linalg.matrix_power": {
        "if n == 1:": SHORTER,
        "if n < 0:": "0 and 1 have lines of their own",
        "return g if n == -1 else power_terms(g, inverse, -n)": SHORTER,
        "if n > 8:": "the same sum, written out or in a function",
    },
    "linalg.chain_back": {
        "1 -> 2 in: factors[0] = np.reshape(factors[0], (-1, np.shape(factors[0])[-1]))": NEGATIVE,
        "1 -> 2 in: factors[-1] = np.reshape(factors[-1], (np.shape(factors[-1])[0], -1))": NEGATIVE,
        "1 -> 2 in: g = np.reshape(r_bar, (len(factors[0]), -1))": NEGATIVE,
    },
    "interpolation.knots_above": {
        "np.clip(np.searchsorted(xp, x, 'right'), 1, np.size(xp) - 1) -> "
        "np.clip(1, np.searchsorted(xp, x, 'right'), np.size(xp) - 1) in: "
        "return np.clip(np.searchsorted(xp, x, 'right'), 1, np.size(xp) - 1)": MIDDLE,
        "1 -> 0 in: return np.clip(np.searchsorted(xp, x, 'right'), 1, np.size(xp) - 1)": (
            "in front of the table: there the slope is 0, and the first knot has it all"
        ),
    },
    "interpolation.share_of_lower": {
        "np.clip(x, xp[0], xp[-1]) -> np.clip(xp[0], x, xp[-1]) in: "
        "return (xp[above] - np.clip(x, xp[0], xp[-1])) / between_knots(above, xp)": MIDDLE
    },
    "interpolation.for_both_knots": {
        "return put_back(lower, np.shape(xp), above - 1, 0) + put_back(weights - lower, np.shape(xp), above, 0)": (
            OF_A_VECTOR
        )
    },
    "interpolation.polyval": {"0 -> -1 in: if known_rank(x) == 0:": SHORTER},
    "convolution.convolve": {
        "return (np.convolve(r_bar, v[::-1], 'valid'), np.convolve(r_bar, a[::-1], 'valid'))": COMMUTES
    },
    "convolution.correlate": {
        "return (np.convolve(r_bar, v, 'valid'), np.convolve(r_bar[::-1], a, 'valid'))": COMMUTES
    },
    "joining.append": {
        "arr_bar = r_bar[0] if known_rank(arr) == 0 else np.reshape(r_bar[:count], np.shape(arr))": NO_RANK,
        "values_bar = r_bar[count] if known_rank(values) == 0 else np.reshape(r_bar[count:], np.shape(values))": (
            NO_RANK
        ),
    },
    "joining.hsplit": {"0 -> -1 in: return np.concatenate(r_bar, 0 if np.ndim(ary) == 1 else 1)": OF_A_VECTOR},
    "differences.of_end": {
        "if np.ndim(x) == 0 and np.ndim(part) == 1:": SHORTER,
        "0 -> -1 in: return part[0]": "there is one",
    },
    "differences.diff": {
        "if start + size + width_along(append, axis) < n:": SAME_AT_EQUALITY,
        "return (np.zeros_like(a), None, None) -> return (None, np.zeros_like(a), None)": (
            "no cotangent stands for one of zeros"
        ),
        "0 -> -1 in: stop = -1 if np.ndim(append) == 0 else start + size": SHORTER,
    },
    "differences.ediff1d": {
        "return (np.reshape(differences_back(r_bar, 0), np.shape(ary)), end_bar, begin_bar)": OF_A_VECTOR
    },
    "differences.gradient": {
        "return transposed_gradient(r_bar, 1.0 if spacing is None else spacing, axes[0], edge_order)": (
            "there is one axis"
        )
    },
    "differences.laid_along": {
        "return tuple((-1 if i == axis % rank else 1 for i in range(rank)))": NEGATIVE,
    },
    "differences.steps_between": {
        "1 -> 0 in: "
        "return np.diff(x) if np.ndim(y) == 1 else np.reshape(np.diff(x), laid_along(axis, np.ndim(y)))": SHORTER
    },
    "differences.area": {"return np.trapezoid(y) if axis == -1 else np.trapezoid(y, axis=axis)": SHORTER},
    "differences.shared_with_next": {
        "1 -> 0 in: between = np.pad(halves, 1 if np.ndim(halves) == 1 else ends_of(axis, np.ndim(halves)))": SHORTER
    },
    "differences.trapezoid": {
        "-1 -> 1 in: axis=": FROM_BEHIND,
        "1 -> 0 in: half = r_bar / 2 if np.ndim(y) == 1 else np.expand_dims(r_bar, axis) / 2": SHORTER,
        "1 -> 0 in: if np.ndim(y) == 1:": SHORTER,
        "return (y_bar, differences_back(steps_bar, 0), None)": OF_A_VECTOR,
        "return (y_bar, differences_back(np.ravel(steps_bar), 0), None)": OF_A_VECTOR,
    },
    "picking.places_before": {"1 -> 2 in: old = np.full(count_of(arr, axis), -1)": "any negative number does"},
    "picking.compress is linear": {"linear in condition as well": NOT_MOVING},
    "picking.extract is linear": {"linear in condition as well": NOT_MOVING},
    "quantiles.place_below": {
        "np.clip(np.floor(q * (count - 1)), 0, count - 2) -> np.clip(0, np.floor(q * (count - 1)), count - 2) in: "
        "return np.clip(np.floor(q * (count - 1)), 0, count - 2).astype(int)": MIDDLE,
        "0 -> -1 in: return np.clip(np.floor(q * (count - 1)), 0, count - 2).astype(int)": "no share is negative",
    },
    "quantiles.quantile_back": {
        "0 -> -1 in: halves = bars * parts if np.ndim(slope) == 0 else bars[..., None] * parts": SHORTER,
        "1 -> 2 in: q_bar = np.sum(np.reshape(bars * slope, (-1, np.size(q))), axis=0)": NEGATIVE,
    },
    "quantiles.quantile_forward": {"pairs = np.take_along_axis(gathered(a_dot, axis), places, -1)": "the default"},
    "covariance.out_of_rows": {"0 -> -1 in: return (rows[0], None)": "there is one"},
    "covariance.size_of_rows": {
        "return np.sqrt(np.sum(from_mean(rows, 1) ** 2, axis=1, keepdims=True)) -> "
        "return -np.sqrt(np.sum(from_mean(rows, 1) ** 2, axis=1, keepdims=True))": TWO_SIGNS
    },
    "products.with_last": {
        "return x if axis == -1 else np.moveaxis(x, axis, -1) -> "
        "return -(x if axis == -1 else np.moveaxis(x, axis, -1))": TWO_SIGNS
    },
    "linalg.norm": {
        "if ord == 1:": SHORTER,
        "r + (r == 0) -> r - (r == 0) in: return r_bar / (r + (r == 0)) * x": DIVIDES_ZERO,
        "r + (r == 0) -> r - (r == 0) in: "
        "return r_bar * slope_of_size(x) * (np.abs(x) / (r + (r == 0))) ** (ord - 1)": DIVIDES_ZERO,
        "r + (r == 0) -> r - (r == 0) in: return r_bar / (r + (r == 0)) * np.conj(x)": DIVIDES_ZERO,
    },
    "linalg.dist": {
        "r + (r == 0) -> r - (r == 0) in: p_bar = r_bar / (r + (r == 0)) * (np.array(p) - np.array(q))": DIVIDES_ZERO
    },
    "products.matmul_of_vector": {"if np.ndim(x) == 1 and np.ndim(y) == 1:": SHORTER},
    "products.dot": {
        "if np.ndim(a) == 1 and np.ndim(b) == 1:": SHORTER,
        "if np.ndim(a) == 2 and np.ndim(b) == 1:": SHORTER,
        "if np.ndim(a) == 1 and np.ndim(b) == 2:": SHORTER,
        "if np.ndim(a) == 2 and np.ndim(b) == 2:": SHORTER,
    },
    "products.inner": {
        "if np.ndim(a) == 1 and np.ndim(b) == 1:": SHORTER,
        "if np.ndim(a) == 2 and np.ndim(b) == 2:": SHORTER,
    },
    "products.outer": {"if np.ndim(a) == 1 and np.ndim(b) == 1:": SHORTER},
    "products.vdot": {"if np.ndim(a) == 1 and np.ndim(b) == 1:": SHORTER},
    "products.kron": {"if np.ndim(a) == 1 and np.ndim(b) == 1:": SHORTER},
    "products.interleaved": {
        "max(len(rows), len(columns)) -> max(len(columns), len(rows)) in: rank = max(len(rows), len(columns))": COMMUTES
    },
    "products.beside": {
        "(1,) * len(shape) -> (1,) in: ones = (1,) * len(shape)": "`interleaved` puts ones before the shorter shape"
    },
    "python.repeated": {
        "return (zeros_like(a), None) -> return (None, zeros_like(a))": "None counts as zeros",
        "add(a_bar, r_bar[k * len(a):(k + 1) * len(a)]) -> add(r_bar[k * len(a):(k + 1) * len(a)], a_bar) in: "
        "a_bar = add(a_bar, r_bar[k * len(a):(k + 1) * len(a)])": COMMUTES
    },
    "reductions.sum_of": {
        "if np.ndim(r_bar) == 0:": SHORTER,
        "if np.shape(r_bar) != np.shape(iterable)[1:]:": "`unbroadcast` changes nothing where the shapes are one",
    },
    "reductions.sum_of_tangent": {
        "0 -> 1 in: start=": "only its shape is asked for",
        "0 -> -1 in: start=": "only its shape is asked for",
        "if np.ndim(start) == 0:": NO_RANK,
    },
    "reductions.product_of_others": {"if np.ndim(x) == 1:": SHORTER},
    "reductions.prod": {"if np.ndim(a) == 0:": SHORTER, "if np.ndim(a) == 1 and axis != ():": SHORTER},
    "reductions.cumsum": {"if np.ndim(a) == 1:": SHORTER},
    "repetition.repeat": {"if np.ndim(repeats) == 0 and axis is None:": SHORTER},
    "repetition.interior": {"return slices[0] if rank == 1 else slices": "one slice, or a tuple of it"},
    "selection.diag": {"if k == 0 and np.shape(v)[0] - np.shape(v)[1] == 0:": SHORTER},
    "selection.trace": {"if np.ndim(a) == 2 and axis1 == 0 and (axis2 == 1):": SHORTER},
    "shaping.at_least": {"if np.ndim(a) == 0:": NO_RANK},
    "shaping.inverse_permutation": {"if order == list(range(rank))[::-1]:": SHORTER},
    "shaping.transpose": {
        "inverse_permutation(axes, n1, n2, n3, n4, n5, n6, n7) -> "
        "inverse_permutation(axes, n1, n2, n3, n4, n5, n6) in: "
        "order = inverse_permutation(axes, n1, n2, n3, n4, n5, n6, n7)": AT_MOST_EIGHT
    },
    "shaping.matrix_transpose": {"if np.ndim(x) == 2:": SHORTER},
    "statistics.std": {"r + (r == 0) -> r - (r == 0) in: slope = r_bar / (r + (r == 0)) / count": DIVIDES_ZERO},
    "tensors.tensordot": {
        "if is_count(axes):": SHORTER,
    },
    "tensors.letters_of": {
        "given.replace(',', '') -> given.replace('', ',') in: plain = given.replace(',', '')": (
            "a comma at every place is no letter that stands once"
        )
    },
    "tensors.einsum": {
        "False -> True in: optimize=": HOW,
        "if optimize is False:": HOW,
        "np.einsum(reverse_subscripts(subscripts, ranks, i), *factors, optimize=optimize) -> "
        "np.einsum(reverse_subscripts(subscripts, ranks, i), *factors) in: "
        "g = np.einsum(reverse_subscripts(subscripts, ranks, i), *factors, optimize=optimize)": HOW,
    },
    "creation.astype_tangent": {
        "return np.zeros(np.shape(x)) -> return -np.zeros(np.shape(x))": ZERO_TIMES,
    },
    "creation.full is linear": {
        "linear in shape as well": NOT_MOVING,
    },
    "trigonometry.arcsin": {
        "if np.iscomplexobj(r):": BRANCH_IS_RIGHT,
    },
    "trigonometry.arccos": {
        "if np.iscomplexobj(r):": BRANCH_IS_RIGHT,
    },
    "trigonometry.arccosh": {
        "if np.iscomplexobj(r):": BRANCH_IS_RIGHT,
    },
    "extremes.absolute": {
        "r + (r == 0) -> r - (r == 0) in: return np.conj(x) / (r + (r == 0))": DIVIDES_ZERO,
    },
    "extremes.clip_tangent": {
        "np.maximum(a, a_min) -> np.maximum(a_min, a) in: "
        "above = r < a if a_min is None else (r != a) & (r < np.maximum(a, a_min))": COMMUTES,
    },
    "fourier.fft": {
        "return np.fft.fft(r_bar) if axis == -1 else np.fft.fft(r_bar, axis=axis)": SHORTER,
    },
    "fourier.ifft": {
        "return np.fft.ifft(r_bar) if axis == -1 else np.fft.ifft(r_bar, axis=axis)": SHORTER,
    },
    "fourier.fft2": {
        "if axes == (-2, -1) and s is None and (norm is None):": SHORTER,
    },
    "fourier.ifft2": {
        "if axes == (-2, -1) and s is None and (norm is None):": SHORTER,
    },
    "fourier.rfft": {
        "if axis == -1:": SHORTER,
        "1 -> 0 in: return np.fft.fft(r_bar, np.shape(a)[-1]).real": LAST_AXIS,
    },
    "fourier.irfft": {
        "if norm is None and axis == -1:": SHORTER,
        "1 -> 0 in: a_bar = half_of(np.fft.ifft(r_bar), -1)": LAST_AXIS,
    },
    "fourier.irfft2": {
        "-1 -> 1 in: a_bar = half_of(np.fft.ifft2(r_bar, axes=axes, norm=norm), axes[-1])": "there are two axes",
    },
    "linalg.solve_tangent": {
        "if np.ndim(b) == 1 and np.ndim(a) > 2:": SHORTER,
        "0 -> -1 in: "
        "return (-np.linalg.solve(a, a_dot @ r[..., None])[..., 0], np.linalg.solve(a, b_dot))": (
            "the axis has one element"
        ),
    },
    "linalg.log_det_tangent": {
        "2 -> 1 in: if np.ndim(a) == 2:": SHORTER,
    },
    "linalg.slogdet_tangent": {
        "return (0.0 * r[0], log_det_tangent(a, a_dot)) -> "
        "return (-(0.0 * r[0]), log_det_tangent(a, a_dot))": ZERO_TIMES,
        "0.0 * r[0] -> 0.0 / r[0] in: return (0.0 * r[0], log_det_tangent(a, a_dot))": ZERO_TIMES,
        "0 -> 1 in: return (0.0 * r[0], log_det_tangent(a, a_dot))": ZERO_TIMES,
        "0 -> -1 in: return (0.0 * r[0], log_det_tangent(a, a_dot))": ZERO_TIMES,
    },
    "linalg.cholesky_tangent": {
        "halved = 1 - 0.5 * np.eye(np.shape(a)[-1])": "it is multiplied by twice, and matrices are square",
    },
    "linalg.matrix_power_tangent": {
        "if n == 1:": SHORTER,
        "if n < 0:": "0 and 1 have lines of their own",
        "return inverse_dot if n == -1 else power_tangent(inverse_dot, inverse, -n)": SHORTER,
        "if n > 8:": "the same sum, written out or in a function",
    },
    "linalg.slope_of_size": {
        "size + (size == 0) -> size - (size == 0) in: return np.conj(x) / (size + (size == 0))": DIVIDES_ZERO,
    },
    "linalg.norm_tangent": {
        "if ord == 1:": SHORTER,
        "r + (r == 0) -> r - (r == 0) in: "
        "return sum_along((np.conj(x) * x_dot).real, axis, keepdims) / (r + (r == 0))": DIVIDES_ZERO,
        "r + (r == 0) -> r - (r == 0) in: return sum_along(x * x_dot, axis, keepdims) / (r + (r == 0))": DIVIDES_ZERO,
        "r + (r == 0) -> r - (r == 0) in: "
        "slope = slope_of_size(x) * (np.abs(x) / (r + (r == 0))) ** (ord - 1)": DIVIDES_ZERO,
        "if np.iscomplexobj(x):": BRANCH_IS_RIGHT,
    },
    "linalg.dist_tangent": {
        "r + (r == 0) -> r - (r == 0) in: slope = (np.array(p) - np.array(q)) / (r + (r == 0))": DIVIDES_ZERO,
        "return (slope @ np.array(p_dot), -slope @ np.array(q_dot))": COMMUTES,
    },
    "reductions.prod_tangent": {
        "if np.ndim(a) == 0:": NO_RANK,
        "if np.ndim(a) == 1 and axis != ():": SHORTER,
    },
    "reductions.prod_of_tangent": {
        "return start * (product_of_others(np.array(iterable)) @ np.array(iterable_dot))": COMMUTES,
    },
    "statistics.std_tangent": {
        "r + (r == 0) -> r - (r == 0) in: "
        "return sum_along(conjugate_from_mean(a, axis) * a_dot, axis, keepdims) / count / (r + (r == 0))": DIVIDES_ZERO,
    },
    "tensors.einsum is linear": {
        "linear in subscripts as well": NOT_MOVING,
    },
}
