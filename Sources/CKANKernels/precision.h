// Every kernel for one instruction set and one precision, and the table of them.
typedef KAN_REAL KAN_NAME(vector) __attribute__((vector_size(KAN_VECTOR_BYTES), aligned(KAN_WIDTH)));
#define KAN_LOAD(p) (*(const KAN_NAME(vector) *)(p))
#define KAN_STORE(p, v) (*(KAN_NAME(vector) *)(p) = (v))

#include "elementwise_template.h"
#include "spline_template.h"
#include "lanes_template.h"
#include "local_template.h"
#include "refit_template.h"

const KAN_NAME(kan_kernels) KAN_TABLE(KAN_NAME(kan_kernels)) = {
    .spline_values = KAN_NAME(spline_values),
    .spline_derivatives = KAN_NAME(spline_derivatives),
    .spline_pull_back = KAN_NAME(spline_pull_back),
    .spline_points = KAN_NAME(spline_points),
    .spline_normal_equations = KAN_NAME(spline_normal_equations),
    .local_scratch = KAN_NAME(local_scratch),
    .local_panel_width = KAN_NAME(local_panel_width),
    .local_panels = KAN_NAME(local_panels),
    .local_forward = KAN_NAME(local_forward),
    .local_backward = KAN_NAME(local_backward),
    .exponentials = KAN_NAME(exponentials),
    .activation_values = KAN_NAME(activation_values),
    .activation_pull_back = KAN_NAME(activation_pull_back),
    .broadcast_row = KAN_NAME(broadcast_row),
    .column_sums = KAN_NAME(column_sums),
    .scale_columns = KAN_NAME(scale_columns),
    .first_non_finite = KAN_NAME(first_non_finite),
    .squared_error = KAN_NAME(squared_error),
    .cross_entropy = KAN_NAME(cross_entropy),
    .softmax = KAN_NAME(softmax),
    .sgd = KAN_NAME(sgd),
    .adamw = KAN_NAME(adamw),
    .inner_product = KAN_NAME(inner_product),
    .add_scaled = KAN_NAME(add_scaled),
};
#undef KAN_LOAD
#undef KAN_STORE
#undef KAN_PANELS
#undef KAN_PANELS_OF
#undef KAN_EVEN
#undef KAN_ODD
#undef KAN_EVEN_LANE
#undef KAN_ODD_LANE
#undef KAN_JOIN
#undef KAN_JOIN_
#undef KAN_LANES_2
#undef KAN_LANES_4
#undef KAN_LANES_8
#undef KAN_LANES_16
#undef KAN_SIDE
#undef KAN_GROUP
#undef KAN_GROUP_LANE
#undef KAN_PICK_LANE
#undef KAN_FIRST_LANE
#undef KAN_MIX
#undef KAN_PART_LANE
