"""Operations that tf2onnx does not know."""

import numpy as np
from tf2onnx import utils
from tf2onnx.handler import tf_op


@tf_op("Erfc")
class ComplementaryError:
    """`erfc(x) = 1 - erf(x)`, which TensorFlow's GELU is made of."""

    @classmethod
    def version_9(cls, graph, node, **kwargs):
        shape = graph.get_shape(node.output[0])
        dtype = graph.get_dtype(node.output[0])
        inputs, outputs = node.input[:], node.output[:]
        graph.remove_node(node.name)
        erf = graph.make_node("Erf", inputs, shapes=[shape], dtypes=[dtype])
        one = np.array(1, utils.map_onnx_to_numpy_type(dtype))
        one = graph.make_const(f"{node.name}_one", one)
        graph.make_node(
            "Sub",
            [one.output[0], erf.output[0]],
            outputs=outputs,
            shapes=[shape],
            dtypes=[dtype],
        )
