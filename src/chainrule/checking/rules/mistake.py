"""Kinds of mistakes in hand-written backpropagation, and what each means in words."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Mistake(StrEnum):
    """A kind of mistake, by its name in JSON."""

    OTHER_VARIABLE = "other_variable"
    OTHER_LAYER = "other_layer"
    GRADIENT_FOR_VALUE = "gradient_for_value"
    VALUE_FOR_GRADIENT = "value_for_gradient"
    RAW_OR_ACTIVATED = "raw_or_activated"
    OTHER_KEY = "other_key"
    OTHER_NUMBER = "other_number"
    EXCHANGED = "exchanged"
    UNLIKE_NEIGHBOUR = "unlike_neighbour"
    OTHER_LABELS = "other_labels"
    COMPUTED_ALREADY = "computed_already"

    TRANSPOSE = "transpose"
    FACTORS_SWAPPED = "factors_swapped"
    ELEMENTWISE_FOR_MATRIX = "elementwise_for_matrix"
    MATRIX_FOR_ELEMENTWISE = "matrix_for_elementwise"
    DOT_FOR_OUTER = "dot_for_outer"
    OUTER_FOR_DOT = "outer_for_dot"
    EINSUM_LETTERS = "einsum_letters"
    ARGUMENTS_SWAPPED = "arguments_swapped"

    SIGN = "sign"
    DIFFERENCE_REVERSED = "difference_reversed"
    PLUS_OR_MINUS = "plus_or_minus"
    OPERATION = "operation"
    BRACKET = "bracket"
    MINUS_BRACKET = "minus_bracket"

    BATCH_SIZE_MISSING = "batch_size_missing"
    BATCH_SIZE_SUPERFLUOUS = "batch_size_superfluous"
    CONSTANT_FACTOR_MISSING = "constant_factor_missing"
    CONSTANT_FACTOR_SUPERFLUOUS = "constant_factor_superfluous"
    FACTOR_MISSING = "factor_missing"
    FACTOR_SUPERFLUOUS = "factor_superfluous"
    COMPLEMENT = "complement"
    CONSTANT = "constant"
    SHAPE_AXIS = "shape_axis"
    SQUARE_MISSING = "square_missing"
    POWER = "power"

    AXIS = "axis"
    KEEPDIMS = "keepdims"
    MEAN_FOR_SUM = "mean_for_sum"
    SUM_FOR_MEAN = "sum_for_mean"
    OTHER_REDUCTION = "other_reduction"
    REDUCTION_MISSING = "reduction_missing"
    REDUCTION_SUPERFLUOUS = "reduction_superfluous"
    SHAPE_OF_VECTOR = "shape_of_vector"

    MASK_MISSING = "mask_missing"
    MASK_SUPERFLUOUS = "mask_superfluous"
    MASK_INVERTED = "mask_inverted"
    MASK_BOUNDARY = "mask_boundary"
    MASK_THRESHOLD = "mask_threshold"
    MASK_OF_OTHER = "mask_of_other"
    VALUE_FOR_MASK = "value_for_mask"
    RELU_FOR_MASK = "relu_for_mask"
    BRANCHES_SWAPPED = "branches_swapped"

    SLOPE_MISSING = "slope_missing"
    SLOPE_SUPERFLUOUS = "slope_superfluous"
    SLOPE_OF_ACTIVATED = "slope_of_activated"
    SLOPE_OF_RAW = "slope_of_raw"
    SLOPE_OF_OTHER_ACTIVATION = "slope_of_other_activation"
    SLOPE_INCOMPLETE = "slope_incomplete"
    FUNCTION_FOR_SLOPE = "function_for_slope"
    OTHER_FUNCTION = "other_function"
    FUNCTION_SUPERFLUOUS = "function_superfluous"
    FUNCTION_MISSING = "function_missing"
    LOG_MISSING = "log_missing"
    EXP_MISSING = "exp_missing"
    MAXIMUM_NOT_SUBTRACTED = "maximum_not_subtracted"
    NORMALISER_MISSING = "normaliser_missing"
    DIAGONAL_OF_SOFTMAX = "diagonal_of_softmax"

    TERM_MISSING = "term_missing"
    TERM_SUPERFLUOUS = "term_superfluous"
    PATH_MISSING = "path_missing"
    DERIVATIVE_OF_OTHER_LOSS = "derivative_of_other_loss"
    PENALTY_MISSING = "penalty_missing"
    TARGET_NOT_SUBTRACTED = "target_not_subtracted"
    ASSIGNED_FOR_ADDED = "assigned_for_added"
    ADDED_FOR_ASSIGNED = "added_for_assigned"

    WHOLE_ROWS = "whole_rows"
    REPEATED_INDICES = "repeated_indices"
    SHIFTED_INDEX = "shifted_index"
    AXES_ORDER = "axes_order"
    INDEX_MISSING = "index_missing"
    INDEX_SUPERFLUOUS = "index_superfluous"
    INDICES_SWAPPED = "indices_swapped"
    OTHER_COUNTER = "other_counter"
    STRIDE_MISSING = "stride_missing"
    SLICE_ENDS = "slice_ends"

    LOOP_LENGTH = "loop_length"
    LOOP_ORDER = "loop_order"
    LOOP_NAMES = "loop_names"

    SHARED_ARRAY = "shared_array"
    NAME_BOUND_ANEW = "name_bound_anew"
    NOT_RESET = "not_reset"

    STEP_SIGN = "step_sign"
    WRONG_TARGET = "wrong_target"
    BIAS_CORRECTION = "bias_correction"
    CORRECTION_KEPT = "correction_kept"
    AVERAGE_FORGOTTEN = "average_forgotten"
    STATEMENT_SUPERFLUOUS = "statement_superfluous"
    STATEMENT_ORDER = "statement_order"
    FORMULA = "formula"

    BIAS_MISSING = "bias_missing"
    OTHER_BIAS = "other_bias"
    ACTIVATION_MISSING = "activation_missing"
    OTHER_ACTIVATION = "other_activation"
    ACTIVATION_SUPERFLUOUS = "activation_superfluous"


class Words(NamedTuple):
    """What people are told about a kind of mistake.

    The fields ``{used}`` and ``{expected}`` stand for the text in the program and the text that belongs there.
    """

    title: str
    explanation: str


WORDS: dict[Mistake, Words] = {
    Mistake.OTHER_VARIABLE: Words("another variable", "{used} is used where {expected} belongs."),
    Mistake.OTHER_LAYER: Words("variable of another layer", "{used} is of another layer; {expected} belongs here."),
    Mistake.GRADIENT_FOR_VALUE: Words(
        "gradient in place of the value", "{used} is a gradient; the value {expected} belongs here."
    ),
    Mistake.VALUE_FOR_GRADIENT: Words(
        "value in place of its gradient", "{used} is a value; the gradient {expected} belongs here."
    ),
    Mistake.RAW_OR_ACTIVATED: Words(
        "before or after the activation",
        "{used} and {expected} are of one layer, one before and one after its activation: {expected} belongs here.",
    ),
    Mistake.OTHER_KEY: Words("another key", "{used} names another entry; {expected} belongs here."),
    Mistake.OTHER_NUMBER: Words("another number", "{used} is used where {expected} belongs."),
    Mistake.OTHER_LABELS: Words("other indices", "{used} picks other entries than {expected} does."),
    Mistake.EXCHANGED: Words(
        "two variables exchanged", "Two variables of {used} stand in each other's place: {expected}."
    ),
    Mistake.UNLIKE_NEIGHBOUR: Words(
        "not as in the other part", "{used} is not computed as the part beside it: {expected}."
    ),
    Mistake.COMPUTED_ALREADY: Words(
        "an expression in place of a variable", "{used} is computed where {expected} belongs."
    ),
    Mistake.TRANSPOSE: Words("transpose", "{used} has a transpose too many, too few or misplaced: {expected}."),
    Mistake.FACTORS_SWAPPED: Words(
        "factors of a matrix product swapped", "The factors of {used} stand the wrong way round: {expected}."
    ),
    Mistake.ELEMENTWISE_FOR_MATRIX: Words(
        "elementwise product in place of the matrix product", "{used} multiplies entry by entry: {expected}."
    ),
    Mistake.MATRIX_FOR_ELEMENTWISE: Words(
        "matrix product in place of the elementwise product", "{used} is a matrix product: {expected}."
    ),
    Mistake.DOT_FOR_OUTER: Words(
        "scalar product in place of the outer product",
        "{used} is not the outer product: a gradient of weights has an entry for each pair, {expected}.",
    ),
    Mistake.OUTER_FOR_DOT: Words("outer product in place of the scalar product", "{used} is not {expected}."),
    Mistake.EINSUM_LETTERS: Words("letters of einsum", "The letters of {used} pair other axes than {expected}."),
    Mistake.ARGUMENTS_SWAPPED: Words(
        "arguments swapped", "The arguments of {used} stand in another order in {expected}."
    ),
    Mistake.SIGN: Words("sign", "{used} has the wrong sign: {expected}."),
    Mistake.DIFFERENCE_REVERSED: Words(
        "difference the wrong way round", "{used} has the wrong sign: the difference is {expected}."
    ),
    Mistake.PLUS_OR_MINUS: Words("plus or minus", "{used} has a term with the wrong sign: {expected}."),
    Mistake.OPERATION: Words("another operation", "{used} computes with another operation than {expected}."),
    Mistake.BRACKET: Words("brackets", "The brackets of {used} hold together what does not belong: {expected}."),
    Mistake.MINUS_BRACKET: Words(
        "a minus or factor that reaches only the first term", "In {used} it reaches the first term only: {expected}."
    ),
    Mistake.BATCH_SIZE_MISSING: Words("division by a count missing", "{used} is not divided: {expected}."),
    Mistake.BATCH_SIZE_SUPERFLUOUS: Words(
        "division by a count too many", "{used} is divided once too often: {expected}."
    ),
    Mistake.CONSTANT_FACTOR_MISSING: Words("constant factor missing", "{used} lacks a constant factor: {expected}."),
    Mistake.CONSTANT_FACTOR_SUPERFLUOUS: Words(
        "constant factor too many", "{used} has a constant factor that does not belong: {expected}."
    ),
    Mistake.FACTOR_MISSING: Words("factor missing", "The chain rule has one more factor than {used}: {expected}."),
    Mistake.FACTOR_SUPERFLUOUS: Words("factor too many", "{used} has a factor that does not belong: {expected}."),
    Mistake.COMPLEMENT: Words("one minus the value", "{used} is used where {expected} belongs."),
    Mistake.CONSTANT: Words("another constant", "{used} stands where {expected} belongs."),
    Mistake.SHAPE_AXIS: Words("length of another axis", "{used} is the length of another axis than {expected}."),
    Mistake.SQUARE_MISSING: Words("square missing", "{used} is not squared: {expected}."),
    Mistake.POWER: Words("another power", "{used} has another power than {expected}."),
    Mistake.AXIS: Words("wrong axis", "{used} goes along the wrong axis: {expected}."),
    Mistake.KEEPDIMS: Words(
        "keepdims", "{used} has another shape than {expected}, and is broadcast along another axis."
    ),
    Mistake.MEAN_FOR_SUM: Words("mean in place of the sum", "{used} divides by a count that {expected} does not."),
    Mistake.SUM_FOR_MEAN: Words("sum in place of the mean", "{used} lacks the division that {expected} has."),
    Mistake.OTHER_REDUCTION: Words("another reduction", "{used} is used where {expected} belongs."),
    Mistake.REDUCTION_MISSING: Words("sum missing", "{used} has an axis that should be summed over: {expected}."),
    Mistake.REDUCTION_SUPERFLUOUS: Words("sum too many", "{used} sums over what should be kept: {expected}."),
    Mistake.SHAPE_OF_VECTOR: Words(
        "column or row", "{used} has another shape than {expected}, and is broadcast along another axis."
    ),
    Mistake.MASK_MISSING: Words(
        "mask of the activation missing",
        "Where the activation was off nothing may pass, but {used} lets it through: {expected}.",
    ),
    Mistake.MASK_SUPERFLUOUS: Words("mask too many", "{used} sets entries to zero that should stay: {expected}."),
    Mistake.MASK_INVERTED: Words("mask the wrong way round", "{used} picks the opposite entries: {expected}."),
    Mistake.MASK_BOUNDARY: Words("mask at the boundary", "{used} differs from {expected} at the boundary."),
    Mistake.MASK_THRESHOLD: Words("mask with another threshold", "{used} compares with another value: {expected}."),
    Mistake.MASK_OF_OTHER: Words(
        "mask of another array", "The mask {used} is taken from another array than {expected}."
    ),
    Mistake.VALUE_FOR_MASK: Words(
        "value in place of its mask", "{used} is not the 0 or 1 of the derivative: {expected}."
    ),
    Mistake.RELU_FOR_MASK: Words(
        "the activation applied to the gradient",
        "{used} applies an activation to the gradient; its derivative belongs here: {expected}.",
    ),
    Mistake.BRANCHES_SWAPPED: Words(
        "branches swapped", "The branches of {used} stand the wrong way round: {expected}."
    ),
    Mistake.SLOPE_MISSING: Words(
        "derivative of the activation missing", "{used} lacks the derivative of the activation: {expected}."
    ),
    Mistake.SLOPE_SUPERFLUOUS: Words(
        "derivative of an activation too many", "{used} has a derivative that does not belong: {expected}."
    ),
    Mistake.SLOPE_OF_ACTIVATED: Words(
        "derivative taken of what is activated already",
        "{used} applies the activation to an activated value once more: {expected}.",
    ),
    Mistake.SLOPE_OF_RAW: Words(
        "derivative written for the activated value",
        "{used} is the derivative in terms of the activated value, but gets the one before it: {expected}.",
    ),
    Mistake.SLOPE_OF_OTHER_ACTIVATION: Words(
        "derivative of another activation", "{used} is the derivative of another activation: {expected}."
    ),
    Mistake.SLOPE_INCOMPLETE: Words(
        "derivative of the activation incomplete", "{used} is only a part of the derivative: {expected}."
    ),
    Mistake.FUNCTION_FOR_SLOPE: Words(
        "activation in place of its derivative", "{used} is the activation; its derivative belongs here: {expected}."
    ),
    Mistake.OTHER_FUNCTION: Words("another function", "{used} calls another function than {expected}."),
    Mistake.FUNCTION_SUPERFLUOUS: Words(
        "function too many", "{used} applies a function that does not belong: {expected}."
    ),
    Mistake.FUNCTION_MISSING: Words("function missing", "{used} lacks a function: {expected}."),
    Mistake.LOG_MISSING: Words("logarithm missing", "{used} lacks the logarithm: {expected}."),
    Mistake.EXP_MISSING: Words("exponential missing", "{used} lacks the exponential: {expected}."),
    Mistake.MAXIMUM_NOT_SUBTRACTED: Words(
        "maximum not subtracted", "The exponential of {used} overflows for large scores: {expected}."
    ),
    Mistake.NORMALISER_MISSING: Words("normalisation missing", "{used} does not add up to one: {expected}."),
    Mistake.DIAGONAL_OF_SOFTMAX: Words(
        "only the diagonal of softmax's Jacobian",
        "Every output of softmax depends on every score; {used} has the diagonal only: {expected}.",
    ),
    Mistake.TERM_MISSING: Words("term missing", "{used} lacks a term: {expected}."),
    Mistake.TERM_SUPERFLUOUS: Words("term too many", "{used} has a term that does not belong: {expected}."),
    Mistake.PATH_MISSING: Words(
        "a path of the gradient missing",
        "The mean, or the sum, depends on the value as well; {used} takes it for a constant: {expected}.",
    ),
    Mistake.DERIVATIVE_OF_OTHER_LOSS: Words(
        "derivative of another loss", "{used} is the derivative of another loss: {expected}."
    ),
    Mistake.PENALTY_MISSING: Words("penalty missing", "{used} lacks the term of the penalty: {expected}."),
    Mistake.TARGET_NOT_SUBTRACTED: Words(
        "target not subtracted", "At the true class one is to be subtracted from {used}: {expected}."
    ),
    Mistake.ASSIGNED_FOR_ADDED: Words("= in place of +=", "{used} throws away what was added up before: {expected}."),
    Mistake.ADDED_FOR_ASSIGNED: Words("+= in place of =", "{used} adds to what was there before: {expected}."),
    Mistake.WHOLE_ROWS: Words(
        "whole rows in place of one entry each", "{used} takes all of a row or column; {expected} takes one entry each."
    ),
    Mistake.REPEATED_INDICES: Words(
        "repeated indices lost", "Where an index occurs twice, {used} counts only the last; {expected} counts all."
    ),
    Mistake.SHIFTED_INDEX: Words("index shifted", "{used} is a step away from {expected}."),
    Mistake.AXES_ORDER: Words("order of the axes", "{used} orders the axes in another way than {expected}."),
    Mistake.INDEX_MISSING: Words("index missing", "{used} is the whole; {expected} is the part that belongs here."),
    Mistake.INDEX_SUPERFLUOUS: Words("index too many", "{used} is a part; all of {expected} belongs here."),
    Mistake.INDICES_SWAPPED: Words("indices swapped", "The indices of {used} stand the wrong way round: {expected}."),
    Mistake.OTHER_COUNTER: Words("counter of another loop", "{used} counts another loop than {expected}."),
    Mistake.STRIDE_MISSING: Words("stride missing", "{used} moves by one; the window moves by the stride: {expected}."),
    Mistake.SLICE_ENDS: Words("ends of a slice", "{used} begins or ends elsewhere than {expected}."),
    Mistake.LOOP_LENGTH: Words("length of a loop", "The loop over {used} has another length than {expected}."),
    Mistake.LOOP_ORDER: Words("order of a loop", "The loop over {used} runs the wrong way: {expected}."),
    Mistake.LOOP_NAMES: Words("names of a loop", "The loop goes through {used} where it should through {expected}."),
    Mistake.SHARED_ARRAY: Words(
        "one array under two names", "{used} is the same array: a change of one changes both. {expected} is a new one."
    ),
    Mistake.NAME_BOUND_ANEW: Words(
        "a name bound anew", "{used} gives a name a new array; {expected} changes the array that others hold as well."
    ),
    Mistake.NOT_RESET: Words("not reset", "{used} keeps what was added up before: {expected}."),
    Mistake.STEP_SIGN: Words("sign of the step", "{used} goes up the gradient where it should go down: {expected}."),
    Mistake.WRONG_TARGET: Words("stored under another name", "{used} stores under another name than {expected}."),
    Mistake.BIAS_CORRECTION: Words("bias correction", "{used} lacks the correction of the averages: {expected}."),
    Mistake.CORRECTION_KEPT: Words(
        "corrected average kept as the state",
        "{used} writes the corrected average over the running one, so it is corrected again and again: {expected}.",
    ),
    Mistake.AVERAGE_FORGOTTEN: Words("average never kept", "{used} forgets the average so far: {expected}."),
    Mistake.STATEMENT_ORDER: Words(
        "statements in the wrong order", "{used} stands on the wrong side of a line that changes what it reads."
    ),
    Mistake.FORMULA: Words("another formula", "{used} is not what the chain rule gives here: {expected}."),
    Mistake.STATEMENT_SUPERFLUOUS: Words("statement too many", "{used} does not belong here."),
    Mistake.BIAS_MISSING: Words("bias missing", "{used} lacks the bias: {expected}."),
    Mistake.OTHER_BIAS: Words("another bias", "{used} is the bias of another part; {expected} belongs here."),
    Mistake.ACTIVATION_MISSING: Words("activation missing", "{used} is not activated: {expected}."),
    Mistake.OTHER_ACTIVATION: Words("another activation", "{used} is another activation than {expected}."),
    Mistake.ACTIVATION_SUPERFLUOUS: Words("activation too many", "{used} is activated where {expected} belongs."),
}
"""What each kind of mistake is called and how it is explained."""
