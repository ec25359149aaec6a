from keras_muirf.optimizers.aligned_mtl import AlignedMTL
from keras_muirf.optimizers.cagrad import CAGrad
from keras_muirf.optimizers.gramian_rule import GramianRule
from keras_muirf.optimizers.imtlg import IMTLG
from keras_muirf.optimizers.mean_gradient import MeanGradient
from keras_muirf.optimizers.mvgh import MVGH
from keras_muirf.optimizers.norm_homogenization import NormHomogenization
from keras_muirf.optimizers.pcgrad import PCGrad
from keras_muirf.optimizers.task_gradient_optimizer import TaskGradientOptimizer
from keras_muirf.optimizers.upgrad import UPGrad

__all__ = [
    "AlignedMTL",
    "CAGrad",
    "GramianRule",
    "IMTLG",
    "MVGH",
    "MeanGradient",
    "NormHomogenization",
    "PCGrad",
    "TaskGradientOptimizer",
    "UPGrad",
]
