"""One run of equal_budget.py: trains a network from one seed and measures it.

Started by equal_budget.py, in a process of its own.
"""

import json
import os
import sys
import time

import ablation_data
import equal_budget_networks as networks
import keras
import model_sizes
from ablation_run import new_optimizer
from ablation_run import test
from ablation_run import train
from ablation_run import validate

import keras_muirf


def main():
    settings = json.loads(sys.argv[1])
    started = time.time()
    name, size, seed = (settings[k] for k in ("variant", "size", "seed"))
    keras.utils.set_random_seed(seed)
    images = ablation_data.pool(*settings["pool"])
    ramp = max(settings["steps"] // 4, 1)
    model = networks.new_model(name, size, posterior_ramp=ramp)
    optimizer = new_optimizer(settings["steps"], settings["learning_rate"])
    if name == "MUIRF":
        # The recipes' default.
        optimizer = keras_muirf.optimizers.MeanGradient(optimizer)
    model.compile(
        optimizer,
        loss=keras_muirf.losses.RestorationLoss(grid_weight=0.0),
        metrics=None,
    )
    restorer = networks.as_restorer(name, size, model)
    losses, _ = train(restorer, images, seed, settings["steps"])
    trained = time.time()
    result = {
        "backend": keras.config.backend(),
        "definition": networks.NETWORKS[name],
        "parameters": model.count_params(),
        "active_parameters": model_sizes.active_parameters(model),
        "multiply_adds": networks.multiply_adds(name, size),
        "losses": losses,
        "validation": {"auto": validate(restorer, images)},
        "test": {"auto": test(restorer, settings["data"], settings["limit"])},
        "seconds": [round(trained - started), round(time.time() - trained)],
        "cpu_seconds": round(time.process_time()),
    }
    part = settings["result"] + ".part"
    with open(part, "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(part, settings["result"])


if __name__ == "__main__":
    main()
