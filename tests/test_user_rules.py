"""Rules that users register: for functions with and without source, and for methods."""

import numpy as np
import pytest
import scipy.special

from adcompile import Refused, UsageError, check_grads, check_rule, grad, jvp, partials, pullback, pushforward, zero
from adcompile.rules.registry import PUSHFORWARDS, RULES
from adcompile.testing import GradientMismatch

X = np.array([0.3, 0.8, 1.7])
WEIGHTS = np.array([1.0, 2.0, 3.0])
SCALE = 3.0


@pytest.fixture(autouse=True)
def rules_of_one_test():
    """What a test registers is gone after it."""
    before = [(table, dict(table)) for table in (RULES, PUSHFORWARDS)]
    yield
    for table, rules in before:
        table.clear()
        table.update(rules)


def test_a_c_extension():
    @partials(scipy.special.gamma)
    def gamma_rule(r, x):
        return r * scipy.special.digamma(x)

    @partials(scipy.special.digamma)
    def digamma_rule(r, x):
        return scipy.special.polygamma(1, x)

    check_rule(scipy.special.gamma, (X,))
    check_grads(lambda x: np.sum(scipy.special.gamma(x) * x), (X,), order=2)


def test_a_rule_comes_before_the_source():
    def softplus(x):
        with np.errstate(over="ignore"):
            return np.log(1 + np.exp(x))

    @partials(softplus)
    def softplus_rule(r, x):
        return 1 / (1 + np.exp(-x))

    check_rule(softplus, (X,))
    df = grad(lambda x: np.sum(softplus(x)))
    np.testing.assert_array_equal(df(np.array([800.0])), [1.0])
    assert "np.log" not in df.source


def scaled(x):
    return x * SCALE


def weighted(x):
    return np.dot(WEIGHTS, x)


def test_a_rule_reads_what_stands_outside(monkeypatch):
    @partials(scaled)
    def scaled_rule(r, x):
        return SCALE

    @pullback(weighted)
    def weighted_rule(r, x, r_bar):
        return r_bar * WEIGHTS

    def f(x):
        return np.sum(scaled(x)) * weighted(x)

    check_rule(scaled, (X,))
    check_rule(weighted, (X,))
    df = grad(f)
    np.testing.assert_allclose(df(X), 3.0 * weighted(X) + 3.0 * X.sum() * WEIGHTS, rtol=1e-14)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    np.testing.assert_allclose(df(X), 5.0 * weighted(X) + 5.0 * X.sum() * WEIGHTS, rtol=1e-14)


def test_rules_made_in_a_function():
    def made_for(c):
        def times(x):
            return x * c

        @partials(times)
        def times_rule(r, x):
            return c

        return times

    two, five = made_for(2.0), made_for(5.0)
    check_rule(two, (X,))
    np.testing.assert_allclose(grad(lambda x: np.sum(two(x) * five(x)))(X), 20.0 * X, rtol=1e-14)


def test_a_rule_with_loops_and_stores():
    def running(x):
        return np.cumsum(x)

    @pullback(running)
    def running_rule(r, x, r_bar):
        x_bar = r_bar.copy()
        for i in range(len(x_bar) - 2, -1, -1):
            x_bar[i] += x_bar[i + 1]
        return x_bar

    check_rule(running, (X,))
    check_grads(lambda x: np.sum(running(x) ** 2), (X,), order=2)


def test_a_rule_in_a_syntax_that_is_not_followed_is_called():
    def twice(x):
        return x + x

    @pullback(twice)
    def twice_rule(r, x, r_bar):
        try:
            return 2 * r_bar
        finally:
            pass

    np.testing.assert_allclose(grad(lambda x: np.sum(twice(x) * x))(X), 4 * X, rtol=1e-14)


def test_options():
    def clipped(x, low=0.0, *, high=1.0):
        return np.minimum(np.maximum(x, low), high)

    @pullback(clipped)
    def clipped_rule(r, x, r_bar, *, low=0.0, high=1.0):
        return np.where((x >= low) & (x <= high), r_bar, 0.0)

    check_rule(clipped, (X,))
    check_rule(clipped, (X,), {"low": 0.5, "high": 1.5})
    check_grads(lambda x: np.sum(clipped(x, 0.5) * x) + np.sum(clipped(x, high=1.5)), (X,))


def test_several_results():
    def both(x):
        return np.sin(x), np.sum(x * x)

    @pullback(both)
    def both_rule(r, x, r_bar):
        return r_bar[0] * np.cos(x) + r_bar[1] * 2 * x

    check_rule(both, (X,))


class Model:
    def __init__(self, w):
        self.w = w

    def energy(self, x):
        return float(np.sum(self.w * x * x))


def test_a_method_of_a_class():
    @pullback(Model.energy)
    def energy_rule(r, self, x, r_bar):
        return None, 2 * r_bar * self.w * x

    model = Model(2.0)
    check_grads(lambda x: model.energy(x) * np.sum(x), (X,), order=2)
    check_grads(lambda x, m: m.energy(x), (X, Model(0.5)))
    check_rule(Model.energy, (model, X))


def test_forward_mode():
    def energy(x, y):
        return np.sum(x * x * y)

    @pullback(energy, linear="y")
    def energy_rule(r, x, y, r_bar):
        return 2 * r_bar * x * y, r_bar * x * x

    def f(x, y):
        return energy(x, y) * np.sum(x)

    value, tangent = jvp(f, wrt="y")(X, WEIGHTS, X)
    assert value == f(X, WEIGHTS)
    assert tangent == pytest.approx(energy(X, X) * np.sum(X), rel=1e-14)
    with pytest.raises(Refused, match="'energy' has a pullback and no pushforward"):
        jvp(f)(X, WEIGHTS, X)

    @pushforward(energy)
    def energy_tangent(r, x, y, x_dot, y_dot):
        return np.sum(2 * x * y * x_dot), np.sum(x * x * y_dot)

    check_rule(energy, (X, WEIGHTS))
    assert jvp(f)(X, WEIGHTS, X)[1] == pytest.approx(np.dot(grad(f)(X, WEIGHTS), X), rel=1e-14)

    @pushforward(energy)
    def wrong_tangent(r, x, y, x_dot, y_dot):
        return np.sum(x * y * x_dot), np.sum(x * x * y_dot)

    with pytest.raises(GradientMismatch, match="the tangent by argument 0 is"):
        check_rule(energy, (X, WEIGHTS))


def test_a_pushforward_goes_with_a_pullback():
    def energy(x):
        return np.sum(x * x)

    with pytest.raises(UsageError, match="it has no pullback; register that first"):
        pushforward(energy)
    pullback(energy)(lambda r, x, r_bar: 2 * r_bar * x)
    with pytest.raises(UsageError, match="takes other parameters than the pullback"):
        pushforward(energy)(lambda r, x, tangent: 2 * np.sum(x * tangent))


def test_zero():
    def rounded(x):
        return np.round(x * 10.0) / 10.0

    zero(rounded)
    check_rule(rounded, (X,))
    np.testing.assert_array_equal(grad(lambda x: np.sum(rounded(x) * x))(X), rounded(X))


def test_a_rule_takes_effect_at_once():
    def cube(x):
        return x**3

    df = grad(lambda x: np.sum(cube(x)))
    np.testing.assert_allclose(df(X), 3 * X**2, rtol=1e-14)

    @partials(cube)
    def cube_rule(r, x):
        return 1.0 + 0.0 * x  # wrong, to be seen

    np.testing.assert_array_equal(df(X), [1.0, 1.0, 1.0])
    with pytest.raises(GradientMismatch):
        check_rule(cube, (X,))


def test_a_function_without_a_rule_has_none_to_check():
    with pytest.raises(UsageError, match="'energy' has no rule"):
        check_rule(Model.energy, (Model(1.0), X))


def of_two(x, y, power=2):
    return np.sum(x * y) ** power


MISFITS = {
    "too few parameters": (pullback, lambda r: r, "takes 1 parameters; it has to take the result, its cotangent"),
    "an argument is missing": (pullback, lambda r, x, r_bar: r_bar, "lacks the argument 'y', which the function needs"),
    "too many arguments": (
        partials, lambda r, x, y, power, more: (1, 1, 1, 1), "is for 4 arguments, and the function takes at most 3"
    ),
    "an option that the function lacks": (
        pullback, lambda r, x, y, r_bar, *, exponent=2: (r_bar, r_bar), "has the option 'exponent', which the function"
    ),
    "an option without a default": (
        pullback, lambda r, x, y, r_bar, *, power: (r_bar, r_bar), "has no default for the option 'power'"
    ),
    "a default for an argument": (
        pullback, lambda r, x, y, r_bar=1.0: (r_bar, r_bar), "has a default for 'r_bar', which is no option"
    ),
    "any options": (pullback, lambda r, x, y, r_bar, **options: (r_bar, r_bar), "takes '**'; name the options"),
    "another order": (pullback, lambda r, y, x, r_bar: (r_bar, r_bar), "takes y, x, and the function x, y: in another"),
    "another default": (
        pullback, lambda r, x, y, r_bar, *, power=3: (r_bar, r_bar), "has the default 3 for 'power', and the function 2"
    ),
    "a generator": (pullback, lambda r, x, y, r_bar: (yield r_bar), "does not return when it is called"),
    "no Python function": (pullback, np.sin, "is no Python function"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_rule_that_does_not_fit_is_refused_at_once(case):
    register, rule, reason = MISFITS[case]
    with pytest.raises(UsageError) as caught:
        register(of_two)(rule)
    assert reason in str(caught.value)
    assert of_two not in RULES


def test_a_ufunc_says_how_many_arguments_it_takes():
    with pytest.raises(UsageError, match="is for 1 argument, and the function takes 2"):
        partials(scipy.special.beta)(lambda r, x: r)


def test_what_a_rule_cannot_be_for():
    with pytest.raises(UsageError, match=r"is the method of one object; register that of the class: Model\.energy"):
        pullback(Model(1.0).energy)
    with pytest.raises(UsageError, match=r"@partials takes the function that the rule is for: @partials\(f\)"):
        partials()
    with pytest.raises(UsageError, match="3 is no function"):
        zero(3)
    with pytest.raises(UsageError, match=r"'cumsum' is a method of arrays; register np\.cumsum, which it means"):
        zero(np.ndarray.cumsum)
    with pytest.raises(UsageError, match="is made from its function; put it into a function, and register that"):
        partials(grad(of_two))


def test_a_rule_may_refuse():
    def of_any_order(x, *, order=2):
        return np.sum(np.abs(x) ** order)

    @pullback(of_any_order)
    def of_any_order_rule(r, x, r_bar, *, order=2):
        if order != 2:
            raise NotImplementedError("the rule knows order=2 only")
        return 2 * r_bar * x

    check_rule(of_any_order, (X,))
    with pytest.raises(Refused, match="the rule knows order=2 only"):
        grad(lambda x: of_any_order(x, order=3))(X)
