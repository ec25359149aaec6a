from keras_muirf.optimizers.aligned_mtl import AlignedMTL as AlignedMTL
from keras_muirf.optimizers.cagrad import CAGrad as CAGrad
from keras_muirf.optimizers.gramian_rule import GramianRule as GramianRule
from keras_muirf.optimizers.imtlg import IMTLG as IMTLG
from keras_muirf.optimizers.mean_gradient import MeanGradient as MeanGradient
from keras_muirf.optimizers.mvgh import MVGH as MVGH
from keras_muirf.optimizers.norm_homogenization import (
    NormHomogenization as NormHomogenization,
)
from keras_muirf.optimizers.pcgrad import PCGrad as PCGrad
from keras_muirf.optimizers.task_gradient_optimizer import (
    TaskGradientOptimizer as TaskGradientOptimizer,
)
from keras_muirf.optimizers.upgrad import UPGrad as UPGrad
