"""Softmax cross-entropy, rows of logits and labels."""
import numpy as np


def cross_entropy(logits, labels):
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])


f = cross_entropy
ARGS = (np.random.default_rng(3).normal(size=(4, 3)), np.array([0, 2, 1, 1]))
WRT = 0


# emitted:
import numpy as np


def cross_entropy_grad(logits, labels, out_bar=1.0):
    t = np.max(logits, axis=1, keepdims=True)
    shifted = logits - t
    t2 = np.exp(shifted)
    # return -np.mean(log_p[np.arange(len(labels)), labels])
    log_p_bar = np.zeros_like(logits)
    log_p_bar[np.arange(len(labels)), labels] = -out_bar / labels.size
    # log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    log_p_bar -= log_p_bar.sum(axis=1, keepdims=True) / np.sum(t2, axis=1, keepdims=True) * t2
    # shifted = logits - np.max(logits, axis=1, keepdims=True)
    g = logits == t
    log_p_bar -= log_p_bar.sum(axis=1, keepdims=True) / np.sum(g, axis=1, keepdims=True) * g
    return log_p_bar
