"""Programs of the zoo that are refused today, with the first words of the reason.

The table is held strictly: a program that starts to work has to be taken out, and one that is
refused for another reason has to be looked at. A wrong number or a crash never stands here.
"""

# The emitted code finds out when it runs that an array is not laid out as it was compiled for, or that
# one object stands in two places, and says so in a ValueError.
AT_RUN_TIME: dict[str, str] = {
    "containers.one_array_twice_among_numbers": "in its list or dict twice",
    "containers.one_array_under_two_keys_among_numbers": "in its list or dict twice",
    "copies.deep_copy_of_a_list_that_holds_one_array_twice": "in its list or dict twice",
    "copies.deep_copy_of_one_array_twice_among_numbers": "in its list or dict twice",
    "lists.list_extended_by_itself": "in its list or dict twice",
    "lists.number_in_one_list_twice": "in its list or dict twice",
    "lists.one_array_in_a_list_twice": "in its list or dict twice",
    "lists.one_list_in_a_list_twice": "in its list or dict twice",
    "views.ravel_of_a_transpose_is_a_copy": "makes a copy here",
    "views.reshape_of_a_slice_may_be_a_copy": "makes a copy here",
    "views.reshape_of_a_transpose_is_a_copy": "makes a copy here",
}

NOT_YET: dict[str, str] = {
    "lists.array_put_into_two_lists": ", which may share its memory,",
    "aliases.change_through_a_tuple": ", which may share its memory,",
    "arguments.passive_buffer_outside_the_function": "in place, which is read elsewhere",
    "arguments.scratch_outside_the_function": "a value that depends on the",
    "buffers.random_buffer_drawn_in_place": "in place, which is read elsewhere",
    "calls.function_returns_one_of_its_arguments": ", which may share its memory,",
    "calls.recursion_that_changes_its_argument": "in place, which is read elsewhere",
    "chosen.columns_from_the_best_place_on": ", which may share its memory,",
    "chosen.function_chooses_what_changes": ", which may share its memory,",
    "containers.early_return_with_an_item": ", which may share its memory,",
    "containers.first_and_rest": ", which may share its memory,",
    "copies.shallow_copy_holds_the_same_arrays": ", which may share its memory,",
    "lists.arrays_joined_to_another_list": ", which may share its memory,",
    "lists.copy_of_a_list_of_arrays": ", which may share its memory,",
    "lists.items_deleted": "in place, which is read elsewhere",
    "lists.list_reversed_and_copied": "is called with an active value,",
    "lists.popped_and_put_back": ", which may share its memory,",
    "lists.slice_of_a_list_of_arrays": ", which may share its memory,",
    "lists.snapshots_are_the_same_array": ", which may share its memory,",
    "loops.loop_over_a_tuple_left_by_a_break": "is changed in place while a",
    "moved.array_that_moved_changes": ", which may share its memory,",
    "moved.last_array_changes_after_another_is_appended": ", which may share its memory,",
    "moved.list_shrinks_while_a_loop_runs_over_it": "is changed in place while a",
    "moved.popped_array_that_stands_in_the_list_changes": ", which may share its memory,",
    "moved.swapped_array_changes": ", which may share its memory,",
    "views.parts_of_a_split_list_replaced": ", which may share its memory,",
}

# The gradient is right; the emitted adjoint is refused as a program of its own.
NOT_YET_TWICE: dict[str, str] = {}

# The first and second order are right, as far as they are not in the tables above; of the compositions
# of modes up to the third order these are refused: g is grad, j is jvp, the last one taken stands first.
NOT_YET_COMPOSED: dict[str, str] = {}
