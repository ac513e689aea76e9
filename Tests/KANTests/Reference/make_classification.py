"""Metrics of classes by scikit-learn, for classification.json: run in this folder."""
import json
import warnings

import numpy as np
from scipy.special import softmax
from sklearn.metrics import (balanced_accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support,
                             roc_auc_score)

warnings.filterwarnings("ignore")
random = np.random.default_rng(5)


def known(values):
    return [None if np.isnan(v) else float(v) for v in values]


def case(rows, classes, weighted, step=None, absent=(), unpredicted=()):
    labels = random.choice([c for c in range(classes) if c not in absent], size=rows)
    logits = 1.5 * random.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += 1.5
    logits[:, list(unpredicted)] -= 25
    if step:
        logits = np.round(logits / step) * step
    # Repeated rows tie to the bit.
    logits[rows // 2:] = logits[:rows - rows // 2]
    weights = random.integers(0, 4, size=rows).astype(float) if weighted else np.ones(rows)
    p = softmax(logits, axis=1)
    predicted = p.argmax(axis=1)
    every = list(range(classes))
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=every, sample_weight=weights, zero_division=np.nan)
    seen = np.array([np.any((weights > 0) & ((labels == c) | (predicted == c))) for c in every])
    areas = []
    for c in every:
        own = labels == c
        score = logits[:, 1] - logits[:, 0] if classes == 2 else p[:, c]
        sign = -1 if classes == 2 and c == 0 else 1
        both = weights[own].sum() > 0 and weights[~own].sum() > 0
        areas.append(roc_auc_score(own, sign * score, sample_weight=weights) if both else np.nan)
    confidence = p[np.arange(rows), predicted]
    bins, error = [], 0
    for k in range(10):
        inside = (confidence > k / 10) & (confidence <= (k + 1) / 10)
        w = weights[inside]
        if w.sum() == 0:
            bins.append([0, None, None])
            continue
        mean, share = (w @ confidence[inside]) / w.sum(), (w @ (predicted == labels)[inside]) / w.sum()
        error += w.sum() / weights.sum() * abs(mean - share)
        bins.append([float(w.sum()), float(mean), float(share)])
    counted = weights > 0
    return {
        "logits": logits.tolist(), "labels": labels.tolist(), "weights": weights.tolist() if weighted else None,
        "logLoss": log_loss(labels, p, labels=every, sample_weight=weights), "auc": float(np.nanmean(areas)),
        "f1": float(f1[1]) if classes == 2 else f1_score(
            labels, predicted, labels=[c for c in every if seen[c]], average="macro", sample_weight=weights),
        "balancedAccuracy": balanced_accuracy_score(
            labels[counted], predicted[counted], sample_weight=weights[counted]),
        "confusion": confusion_matrix(labels, predicted, labels=every, sample_weight=weights).astype(float).tolist(),
        "precision": known(precision), "recall": known(recall),
        "classF1": [float(f1[c]) if seen[c] else None for c in every], "areas": known(areas),
        "support": support.astype(float).tolist(), "error": error, "bins": bins,
    }


cases = [
    case(61, 2, False), case(80, 2, True, step=0.5), case(90, 3, False, step=0.25), case(120, 5, True),
    case(70, 4, False, absent=[2], unpredicted=[2]), case(64, 4, True, unpredicted=[0]),
]
with open("classification.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
