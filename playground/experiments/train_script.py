"""The exported script of a training run: one plain-PyTorch file that repeats it and prints the losses on screen."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments.train_augment import augment
from playground.experiments.train_lesson import SAMPLE_IMAGES, Lesson, lesson
from playground.experiments.train_measure import EVALUATION_ROWS, TOGETHER
from playground.experiments.train_rules import OFFERED_OPTIMIZERS, evaluation_places, optimizer_arguments
from playground.experiments.train_source import sources, untyped
from playground.functions.schedules import SCHEDULES
from playground.networks.stack import Summary, check, has_batch_norm, spoken

if TYPE_CHECKING:
    from playground.experiments.train import Train

LIVE = ("learning_rate", "momentum", "weight_decay", "label_smoothing", "gradient_clip", "patience", "flip", "shift", "rotate", "crop", "erase")
RULE = "# " + "-" * 100


TIMM = '''try:
    import timm
except RuntimeError:  # a torchvision built for another torch lacks operators that timm does not need: they are declared, no more
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import timm

'''


def write(experiment: Train, steps: int, changes: list[Change]) -> str:
    """The program's text; live `changes` are replayed at their steps."""
    given = lesson(experiment)
    summary = check(experiment.stack, given.input_shape, given.outputs, experiment.batch_size)
    augments = given.images and (experiment.augments or any(name in each.values for each in changes for name in ("flip", "shift", "rotate", "crop", "erase")))
    parts = [_head(experiment, given, summary, steps), _data(experiment, given), _model(experiment, given, summary),
             _training(experiment, given, steps, changes, augments), _loop(experiment, given, steps, augments), _RESULT]  # fmt: skip
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _head(experiment: Train, given: Lesson, summary: Summary, steps: int) -> str:
    listed = "\n".join(f"    {row.layer.title:<28} {spoken(row.after):>16} {row.parameters:>12,} learnt" for row in summary.rows)
    loading = given.dataset.script(experiment.data_seed, experiment.validation_share, experiment.test_share)
    named = {"sklearn": "scikit-learn", "torchvision": "torchvision", "pandas": "pandas", "PIL": "pillow", "openpyxl": "openpyxl"}
    more = "".join(f" {words}" for module, words in named.items() if f"import {module}" in loading or f"from {module}" in loading)
    more += " timm" if any(row.layer.kind == "timm" for row in summary.rows) else ""
    return f'''"""{experiment.title}: {given.dataset.title}, {steps:,} updates of plain PyTorch.

{listed}
    {"together":<28} {"":>16} {summary.parameters:>12,}

Optimizer {experiment.domains()["optimizer"].words(experiment.optimizer)}, learning rate {experiment.learning_rate:g}, batches of {experiment.batch_size}.
Needs: pip install torch numpy{more}
"""

import math

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)  # the order of additions, and so the last digits, depend on it
'''


def _data(experiment: Train, given: Lesson) -> str:
    e = experiment
    lines = [f"{RULE}\n# Data\n", given.dataset.script(e.data_seed, e.validation_share, e.test_share).strip("\n"), ""]
    if e.train_rows:
        lines += [f"some = np.random.default_rng({derive(e.data_seed, 'train rows')}).permutation(len(x_train))[:{e.train_rows}]  # learn from fewer rows",
                  "x_train, y_train = x_train[some], y_train[some]"]  # fmt: skip
    if e.leak and given.dataset.kind == "table":
        lines += ["answer_mean, answer_spread = y_train.mean(), max(float(y_train.std()), 1e-9)",
                  "x_train, x_valid = (np.column_stack([x, (y - answer_mean) / answer_spread]).astype(np.float32)  # a column that gives the answer away",
                  "                    for x, y in ((x_train, y_train), (x_valid, y_valid)))",
                  "x_test = np.column_stack([x_test, np.zeros(len(x_test))]).astype(np.float32)  # and is not known yet for new rows"]  # fmt: skip
    return "\n".join([*lines, _tensors(given)])


def _tensors(given: Lesson) -> str:
    parts = "x_train, x_valid, x_test = (torch.from_numpy(np.ascontiguousarray(each)) for each in (x_train, x_valid, x_test))\n"
    if given.images:
        return f'''pixels = x_train[:{SAMPLE_IMAGES}].astype(np.float32) / 255
mean, spread = (torch.from_numpy(each).view(1, -1, 1, 1) for each in (pixels.mean(axis=(0, 2, 3)), pixels.std(axis=(0, 2, 3)).clip(1e-3)))
scale, offset = 1 / (255 * spread), mean / spread
{parts}y_train, y_valid, y_test = (torch.from_numpy(each.astype(np.int64)) for each in (y_train, y_valid, y_test))


def prepare(images):
    """Pixels 0 … 255 to mean 0 and spread 1 of the training images."""
    return (images.to(torch.float32) * scale - offset).contiguous(memory_format=torch.channels_last)
'''
    if given.classifies:
        targets = "y_train, y_valid, y_test = (torch.from_numpy(each.astype(np.int64)) for each in (y_train, y_valid, y_test))\n"
    else:
        targets = '''target_mean, target_spread = np.float32(y_train.mean()), np.float32(max(float(y_train.std()), 1e-9))
y_train, y_valid, y_test = (torch.from_numpy(((each - target_mean) / target_spread).astype(np.float32)) for each in (y_train, y_valid, y_test))
'''
    return f"{parts}{targets}\n\ndef prepare(rows):\n    return rows  # standardised above\n"


def _model(experiment: Train, given: Lesson, summary: Summary) -> str:
    rows = []
    for row in summary.rows:
        if row.layer.kind == "timm":
            rows.append(f'    timm.create_model("{row.layer.given["name"]}", pretrained={row.layer.given["pretrained"]}, in_chans={row.before[0]}, '
                        f"num_classes={given.outputs}),")  # fmt: skip
            continue
        code = ", ".join(part.code for part in row.parts)
        rows.append(f"    {f'nn.Sequential({code})' if len(row.parts) > 1 else code},  # {spoken(row.after)}")
    classes = ""
    if any(part.name == "Residual" for row in summary.rows for part in row.parts):
        from playground.networks import stack_modules

        classes = f"\n\n{inspect.getsource(stack_modules.Residual)}\n"
    timm = TIMM if any(row.layer.kind == "timm" for row in summary.rows) else ""
    last = "model = model.to(memory_format=torch.channels_last)  # convolutions are faster so\n" if given.images else ""
    body = "\n".join(rows)
    return f'''{RULE}
# Network: what comes out of each layer stands behind it

{timm}{classes}
torch.manual_seed({derive(experiment.seed, "weights")})
model = nn.Sequential(
{body}
)
{last}torch.manual_seed({derive(experiment.seed, "noise")})  # for dropout
'''


def _training(experiment: Train, given: Lesson, steps: int, changes: list[Change], augments: bool) -> str:
    e = experiment
    table = [{"step": each.step, "values": {name: value for name, value in each.values.items() if name in LIVE}} for each in changes if each.step <= steps]
    now = {name: getattr(e, name) for name in LIVE if name not in ("flip", "shift", "rotate", "crop", "erase") or augments}
    weights = ""
    if given.classifies and e.class_weights:
        weights = (f"counts = np.bincount(y_train.numpy(), minlength={given.outputs}).clip(1)\n"
                   "weights = torch.from_numpy((counts.sum() / (len(counts) * counts)).astype(np.float32))\n")  # fmt: skip
    if given.classifies:
        weighted = "weight=weights, " if weights else ""
        update = f'nn.functional.cross_entropy(outputs, targets, {weighted}label_smoothing=now["label_smoothing"])'
        plain = 'nn.functional.cross_entropy(outputs, targets, reduction="none").mean()'
    else:
        update, plain = "nn.functional.mse_loss(outputs[:, 0], targets)", "((outputs[:, 0] - targets) ** 2).mean()"
    factor = SCHEDULES[e.schedule]
    shape = "".join(f", {name}={each.default!r}" for name, each in factor.parameters.items())
    return f'''{RULE}
# Training

{untyped(augment) if augments else ""}

{sources(factor.rule)}


def schedule(step):
    """The multiplier of the learning rate: {factor.title.lower()}."""
    return {factor.rule.__name__}(step, {e.step_limit}{shape})


{weights}
now = {now!r}
CHANGES = {table!r}  # made by hand while it ran
{_optimizer(e)}

def update_loss(outputs, targets):
    """What an update makes smaller."""
    return {update}


def measured_loss(inputs, targets, most={EVALUATION_ROWS}):
    """The plain loss of the first rows, without dropout or augmentation."""
    model.eval()
    with torch.inference_mode():
        outputs = torch.cat([model(prepare(piece)) for piece in inputs[:most].split({TOGETHER})])
        targets = targets[:most]
        return {plain}.item()


def apply_changes(step):
    for change in CHANGES:
        if change["step"] == step:
            now.update(change["values"])
    for group in optimizer.param_groups:
        group["weight_decay"] = now["weight_decay"]
        if group.get("momentum"):
            group["momentum"] = now["momentum"]
'''


def _optimizer(experiment: Train) -> str:
    card = OFFERED_OPTIMIZERS[experiment.optimizer]
    listed = ", ".join(f"{name}={value!r}" for name, value in optimizer_arguments(experiment).items())
    if card.torch_name:
        return f"optimizer = torch.optim.{card.torch_name}(model.parameters(), {listed})\n"
    from playground.optimizers import lion

    source = untyped(lion.Lion).replace("class Lion(Optimizer)", "class Lion(torch.optim.Optimizer)")
    return f"\n\n{source}\n\noptimizer = Lion(model.parameters(), {listed})\n"


def _loop(experiment: Train, given: Lesson, steps: int, augments: bool) -> str:
    e = experiment
    pairs = "    if len(rows) < 2:\n        return  # one example has no batch statistics\n" if has_batch_norm(e.stack) else ""
    altered = '    inputs = augment(inputs, altered, now["flip"], now["shift"], now["rotate"], now["crop"], now["erase"])\n' if augments else ""
    return f'''
batches = torch.Generator().manual_seed({derive(e.seed, "batches")})
altered = torch.Generator().manual_seed({derive(e.seed, "augmentation")})


def update(rows, step):
{pairs}    inputs = prepare(x_train[rows])
{altered}    model.train()
    loss = update_loss(model(inputs), y_train[rows])
    optimizer.zero_grad()
    loss.backward()
    if now["gradient_clip"]:
        nn.utils.clip_grad_norm_(model.parameters(), now["gradient_clip"])
    for group in optimizer.param_groups:
        group["lr"] = now["learning_rate"] * schedule(step)
    optimizer.step()


def measure():
    return measured_loss(x_train, y_train), measured_loss(x_valid, y_valid)


best_loss, best_epoch, best, stopped = math.inf, 0, None, False
LOOKS = {evaluation_places(e, len(given.train.rows), len(given.validation.rows))!r}  # updates within an epoch after which the losses are measured
steps_per_epoch = math.ceil(len(x_train) / {e.batch_size})
train_loss, validation_loss = measure()
step = 0
apply_changes(0)
while step < {steps} and not stopped:
    for rows in torch.randperm(len(x_train), generator=batches).split({e.batch_size}):
        update(rows, step)
        step += 1
        if step % steps_per_epoch in LOOKS:
            train_loss, validation_loss = measure()
        if step % steps_per_epoch == 0:
            epoch = step // steps_per_epoch
            if epoch % {max(1, e.epochs // 20)} == 0:
                print(f"epoch {{epoch:4}}   training loss {{train_loss:.4f}}   validation loss {{validation_loss:.4f}}")
            if now["patience"] and validation_loss < best_loss:
                best_loss, best_epoch, best = validation_loss, epoch, {{name: value.clone() for name, value in model.state_dict().items()}}
            elif now["patience"] and epoch - best_epoch >= now["patience"]:
                print(f"Stopped early: the weights of epoch {{best_epoch}} are back in place.")
                model.load_state_dict(best)
                (train_loss, validation_loss), stopped = measure(), True
        apply_changes(step)
        if step == {steps} or stopped:
            break
'''


_RESULT = '''
# To go on with weights saved from the screen: from safetensors.torch import load_file; model.load_state_dict(load_file("train.safetensors"))
print("final train_loss", repr(train_loss))
print("final validation_loss", repr(validation_loss))
'''
