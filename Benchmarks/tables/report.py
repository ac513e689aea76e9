"""Entries of tables, and the page that sums them up."""

import os
import platform
import statistics
import subprocess
from importlib.metadata import version

import competitors
import scores

HERE = os.path.dirname(os.path.abspath(__file__))


class Entry:
    """What each learner reached on one table, over its splits."""

    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.shape = (0, 0)  # rows, inputs
        self.results = {}

    @property
    def size(self):
        return "{} × {}".format(*self.shape)

    def add(self, learner, result):
        self.results.setdefault(learner, []).append(result)

    def refusals(self, learner):
        return [r["refusal"] for r in self.results.get(learner, []) if "refusal" in r]

    def mean(self, learner, key):
        """Of the splits; None where the learner has not run or the key does not apply."""
        values = [r[key] for r in self.results.get(learner, []) if key in r]
        return statistics.mean(values) if values else None

    def rank(self, learner, rivals, key="score"):
        """Of `learner` among itself and `rivals`; a refusal comes last."""
        all_of = [learner] + [r for r in rivals if r != learner]
        sign = -1 if key == "logLoss" else 1
        values = [-1e300 if self.refusals(n) else sign * self.mean(n, key) for n in all_of]
        return float(scores.ranks(values)[0])

    def line(self):
        cells = [f"{n} {self.mean(n, 'score'):.3f}{' refused' if self.refusals(n) else ''}" for n in self.results]
        return f"{self.name} ({self.size}): " + ", ".join(cells)


def learners(entries, modes):
    names = list(competitors.ALL) + modes
    return [n for n in names if entries and all(n in e.results for e in entries)]


def cell(value, form="{:.3f}"):
    return "–" if value is None else form.format(value)


def summary(entries, names, modes):
    """A row for each learner. Each mode of kan is ranked among the competitors alone, and they among them and the first mode."""
    others = [n for n in names if n not in modes]
    ours = [n for n in names if n in modes]
    nonlinear = [n for n in others if n != "linear"]
    lines = [
        "| | mean rank of %d | without linear, of %d | regression | classes | classes by log loss | mean score | median score "
        "| mean log loss | s in all | processor s |" % (len(others) + bool(ours), len(nonlinear) + bool(ours)),
        "| --- |" + " ---: |" * 10,
    ]
    classes = [e for e in entries if e.kind == "classification"]
    numbers = [e for e in entries if e.kind == "regression"]

    def mean_rank(name, rivals, of, key="score"):
        field = rivals if name in modes else rivals + ours[:1]
        return statistics.mean(e.rank(name, field, key) for e in of) if of else None

    for name in names:
        seconds, busy = (sum(r[k] for e in entries for r in e.results[name]) for k in ("seconds", "processor"))
        values = [e.mean(name, "score") for e in entries]
        cells = [
            cell(mean_rank(name, others, entries), "{:.2f}"),
            cell(None if name == "linear" else mean_rank(name, nonlinear, entries), "{:.2f}"),
            cell(mean_rank(name, others, numbers), "{:.2f}"),
            cell(mean_rank(name, others, classes), "{:.2f}"),
            cell(mean_rank(name, others, classes, "logLoss"), "{:.2f}"),
            cell(statistics.mean(values), "{:.4f}"),
            cell(statistics.median(values)),
            cell(statistics.mean(e.mean(name, "logLoss") for e in classes) if classes else None),
            f"{seconds:.1f}", f"{busy:.1f}",
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def details(entries, names, modes):
    """Scores of each table, log losses beside those of classes; the best in bold."""
    lines = ["| table | rows × inputs | " + " | ".join(names) + " |", "| --- | ---: |" + " ---: |" * len(names)]
    for entry in entries:
        known = {n: entry.mean(n, "score") for n in names if not entry.refusals(n)}
        best = max(known.values(), default=None)
        cells = []
        for name in names:
            if entry.refusals(name):
                cells.append("refused")
                continue
            text = f"{known[name]:.3f}"
            text = f"**{text}**" if round(known[name], 9) == round(best, 9) else text
            loss = entry.mean(name, "logLoss")
            cells.append(text if loss is None else f"{text} ({loss:.3f})")
        lines.append(f"| {entry.name} | {entry.size} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def refusals(entries, modes, with_messages):
    lines = []
    for name in modes:
        refused = [e for e in entries if e.refusals(name)]
        if refused:
            lines.append(f"{name} refused {len(refused)} of {len(entries)} tables.")
            if with_messages:
                lines += ["", *(f"- {e.name}: {e.refusals(name)[0]}" for e in refused), ""]
    return "\n".join(lines)


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def machine():
    revision = subprocess.run(
        ["git", "-C", HERE, "describe", "--always", "--dirty=*"], capture_output=True, text=True).stdout.strip()
    packages = ", ".join(f"{p} {version(p)}" for p in ["scikit-learn", "numpy", "pandas", "pydataset"])
    return f"{processor()}, {os.cpu_count()} processors, 2 threads each; swift-kan {revision or '?'}; {packages}."


def page(entries, modes, is_fresh, with_details, program):
    names = learners(entries, modes)
    ours = [m for m in modes if m in names]
    splits = max((len(r) for e in entries for r in e.results.values()), default=0)
    head = "Tables that nobody tuned on" if is_fresh else "Tables of the tuning set"
    parts = [
        f"## {head}: {len(entries)}, {splits} split{'s' if splits != 1 else ''} each",
        summary(entries, names, ours),
        refusals(entries, ours, with_details),
        details(entries, names, ours) if with_details else "",
        machine(),
    ]
    return "\n\n".join(p for p in parts if p)


NOTE = """# Tables

`scripts/tables` writes this page. A quarter of the rows is the test, by class for classes. The score is r², for classes
accuracy (log loss in brackets); scores are means over the splits, ranks are of those means, equal ones shared. A mode of
kan is ranked among the competitors alone, and they beside its first mode. A table that is refused counts as the last rank and as
the score of predicting the mean. Competitors run in their defaults behind median imputation with indicators of gaps,
standardised numbers (but for trees) and indicators of levels; boosting takes gaps and levels by itself. Seconds are those
of fit and prediction, for kan of its two commands.
"""


def save(text, is_fresh):
    """Into RESULTS.md, whose other part stays."""
    path = os.path.join(HERE, "RESULTS.md")
    heads = ["## Tables of the tuning set", "## Tables that nobody tuned on"]
    parts = {}
    if os.path.exists(path):
        with open(path) as file:
            blocks = ("\n" + file.read()).split("\n## ")[1:]
        parts = {h: "## " + b.strip() for b in blocks for h in heads if ("## " + b).startswith(h)}
    parts[heads[is_fresh]] = text.strip()
    with open(path, "w") as file:
        file.write(NOTE + "".join("\n" + parts[h] + "\n" for h in heads if h in parts))


def save_readme(folder, entries, modes, is_fresh):
    """The lines of README.md, for scripts/replace: those of the tuning set and of the fresh one, as each was last run."""
    names = learners(entries, modes)
    others = [n for n in names if n not in modes]
    first = next((m for m in modes if m in names), None)
    title = f"{len(entries)} tables that nobody tuned on" if is_fresh else f"{len(entries)} tables of the tuning set"
    lines = [f"| {title} | mean rank of {len(others) + 1} | mean score | s in all |", "| --- | ---: | ---: | ---: |"]
    for name in names:
        rivals = others if name in modes else others + [first]
        rank = statistics.mean(e.rank(name, rivals) for e in entries)
        score = statistics.mean(e.mean(name, "score") for e in entries)
        seconds = sum(r["seconds"] for e in entries for r in e.results[name])
        lines.append(f"| {name} | {rank:.2f} | {score:.3f} | {seconds:.0f} |")
    with open(os.path.join(folder, f"readme-{int(is_fresh)}.md"), "w") as file:
        file.write("\n".join(lines) + "\n")
    parts = [os.path.join(folder, f"readme-{n}.md") for n in (0, 1)]
    texts = [open(p).read() for p in parts if os.path.exists(p)]
    with open(os.path.join(folder, "readme.md"), "w") as file:
        file.write("\n".join(texts + [machine() + "\n"]))
