"""Long lines are broken where one would break them, and stay the same program."""

import ast

import astor
import pytest

from adcompile.backend.lines import WIDTH, broken

LINES = """
logits_bar -= shifted_bar.sum(axis=1, keepdims=True) / np.sum(g, axis=1, keepdims=True) * g + t.shape
x_bar = first_factor * second_factor + third_factor * fourth_factor - fifth_factor ** 2 + sixth * seventh_one
A[i, j] = (A[i - 1, j - 1] + A[i - 1, j] + A[i - 1, j + 1] + A[i, j - 1] + A[i, j] + A[i, j + 1] + A[i + 1, j]) / 9.0
z = np.where(x > 0 if a else b, function(first_argument, second_argument), {'a': 1, 'b': [1, 2, 3]}, lambda x: x + 1)
first_cotangent_of_many, second_cotangent_of_many, rest = pullback_of_many(the_residual_of_f, (a, b), further)
s = ['a string, with (brackets', 'and, commas, and + signs'], function_of_strings('another) string'), 'yet another[', x
y += x if first_condition and second_condition or not third_condition and x not in (1, 2, 3) else other_value_of_x
print(first_argument, second_argument, third_argument, fourth_argument, fifth_argument, sixth=6, seventh=function(7))
"""
STATEMENTS = """
if first_condition_of_all > 0 and second_condition_of_all and third_condition_of_all or fourth_condition_of_all:
    pass
while first_condition_of_all > 0 and second_condition_of_all and third_condition_of_all or fourth_condition_of_all:
    break
def f(first_parameter_of_f, second_parameter_of_f=(1, 2), *rest_of_the_parameters_of_f, third_of_f=None, **options):
    return first_parameter_of_f, second_parameter_of_f, rest_of_the_parameters_of_f, third_of_f, options['first_option']
"""


@pytest.mark.parametrize("line", [*LINES.strip().splitlines(), STATEMENTS])
@pytest.mark.parametrize("depth", [0, 3])
def test_the_program_stays_and_the_lines_fit(line, depth):
    lines = line.strip().splitlines()
    lines = [f"{'    ' * i}if x:" for i in range(depth)] + ["    " * depth + each for each in lines]
    tree = ast.parse("\n".join(lines))
    text = astor.to_source(tree, pretty_source=broken)
    assert ast.dump(ast.parse(text)) == ast.dump(tree)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert len(text.splitlines()) > len(lines)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "g = np.broadcast_to(out_bar / first_value_of_all.size, first_value_of_all.shape) * (2 * the_value_before)",
            "g = (np.broadcast_to(out_bar / first_value_of_all.size, first_value_of_all.shape)\n"
            "    * (2 * the_value_before))\n",
        ),
        (
            "x_bar = first_factor * second_factor + third_factor * fourth_factor - (fifth_factor + sixth_factor) ** 2",
            "x_bar = (first_factor * second_factor + third_factor * fourth_factor\n"
            "    - (fifth_factor + sixth_factor) ** 2)\n",
        ),
        (
            "g, w_bar = layer_pullback(residual_of_the_second_call, np.broadcast_to(out_bar, output.shape), weights)",
            "g, w_bar = layer_pullback(residual_of_the_second_call, np.broadcast_to(out_bar, output.shape),\n"
            "    weights)\n",
        ),
        ("x = 1\n", "x = 1\n"),
    ],
)
def test_where_a_line_is_broken(line, expected):
    assert astor.to_source(ast.parse(line), pretty_source=broken) == expected


@pytest.mark.parametrize("value", ["'" + "a, (b + c" * 20 + "'", "some_name" * 15, "'''a\n" + "b, " * 50 + "'''"])
def test_what_cannot_be_broken_stays(value):
    text = broken(["    ", "x", " = ", value, "\n"])
    assert text == f"    x = {value}\n"
