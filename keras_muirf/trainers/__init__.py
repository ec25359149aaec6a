import keras

if keras.config.backend() == "tensorflow":
    from keras_muirf.trainers.tensorflow import (
        TaskGradientTrainer as TaskGradientTrainer,
    )
elif keras.config.backend() == "jax":
    from keras_muirf.trainers.jax import (  # type: ignore[assignment]
        TaskGradientTrainer as TaskGradientTrainer,
    )
elif keras.config.backend() == "torch":
    from keras_muirf.trainers.torch import (  # type: ignore[assignment]
        TaskGradientTrainer as TaskGradientTrainer,
    )
else:
    raise ImportError(
        "keras_muirf.trainers needs the Keras backend tensorflow, jax or "
        f"torch. Received: {keras.config.backend()}"
    )
