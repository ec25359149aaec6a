"""The equations of MVGH, written once more in NumPy and float64."""

import numpy as np
from scipy.optimize import nnls


class Reference:
    """MVGH for one group, task by task, in float64."""

    def __init__(self, K, p=None, alpha=1.0, gamma=1.0, cap=50.0):
        self.K, self.alpha, self.gamma, self.cap = K, alpha, gamma, cap
        self.p = np.ones(K) if p is None else np.array(p)
        self.m = None
        self.n, self.n_steps = np.zeros(K), np.zeros(K)
        self.H, self.H_steps = np.zeros(K), np.zeros(K)
        self.skipped = np.zeros(K)

    def __call__(self, g):
        g = np.array(g, "float64")
        finite = np.isfinite(g).all(axis=1)
        self.skipped += ~finite
        g[~finite] = 0.0
        shared = (g != 0).sum(axis=0) >= 2
        private = np.where(shared, 0.0, g.sum(axis=0) / self.K)
        g = g * shared
        tasks = [k for k in range(self.K) if np.any(g[k])]
        if not tasks:
            return private
        for k in tasks:
            self.n[k] = 0.9 * self.n[k] + 0.1 * g[k] @ g[k]
            self.n_steps[k] += 1
        seen = self.n_steps > 0
        sigma = np.ones(self.K)
        sigma[seen] = np.sqrt(self.n[seen] / (1 - 0.9 ** self.n_steps[seen]))
        s = np.exp(np.log(sigma[seen]).mean())
        u = {
            k: g[k] / (sigma[k] ** self.gamma * s ** (1 - self.gamma))
            for k in tasks
        }
        e = np.zeros(self.K)
        if self.m is not None:
            for k in tasks:
                self.H[k] = 0.99 * self.H[k] + 0.01 * u[k] @ self.m
                self.H_steps[k] += 1
            known = self.H_steps > 0
            H = self.H[known] / (1 - 0.99 ** self.H_steps[known])
            b = H.mean()
            e[known] = (H - b) / max(b, np.sqrt(np.mean(H**2)) / 10, 1e-6)
        pi = self.p * np.exp(-self.alpha * np.clip(e, -1, 1))
        total = sum(pi[k] for k in tasks)
        pi = {k: pi[k] / total for k in tasks}
        rays = np.array([u[k] for k in tasks]).T
        q = sum(
            pi[k] * (u[k] + rays @ nnls(rays, -u[k], maxiter=10_000)[0])
            for k in tasks
        )
        l = np.sqrt(
            sum(
                pi[k] * pi[j] * max(u[k] @ u[j], 0.0)
                for k in tasks
                for j in tasks
            )
        )
        if self.m is None:
            self.m = np.zeros(len(private))
        self.m = 0.95 * self.m + 0.05 * sum(pi[k] * u[k] for k in tasks)
        gain = np.clip(l / max(np.linalg.norm(q), 1e-30), 1.0, self.cap)
        return s * gain * q + private
