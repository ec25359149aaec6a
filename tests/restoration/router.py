"""The routing side of a restorer, as arithmetic that a test can foresee."""

import numpy as np


class Router:
    """Knows two weathers; the moments are half of the logits."""

    weathers = classes = ("rain", "snow")

    def __init__(self):
        self.asked = []

    def route(self, moments, weather="auto"):
        self.asked.append(weather)
        odds = np.exp(2 * moments)
        posterior = odds / odds.sum(axis=-1, keepdims=True)
        weights = np.eye(2)[posterior.argmax(axis=-1)]
        if weather == "mixed":
            weights = posterior
        elif weather in self.weathers:
            weights = np.eye(2)[[self.weathers.index(weather)] * len(moments)]
        return {
            "weather": posterior,
            "weather_weights": weights,
            "moments": moments,
        }

    def class_probabilities(self, routing):
        return routing["weather"]
