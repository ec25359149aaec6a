from keras_muirf.optimizers.mvgh import MVGH as MVGH
from keras_muirf.optimizers.task_gradient_optimizer import (
    TaskGradientOptimizer as TaskGradientOptimizer,
)
