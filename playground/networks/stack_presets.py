"""Stacks to start from, from a single line through the data to a small ResNet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StackPreset:
    """A named stack.

    Attributes:
        fits: "table", "image" or "any".
        note: One sentence on what it is.
    """

    key: str
    title: str
    stack: str
    fits: str
    note: str

    def suits(self, kind: str) -> bool:
        return self.fits in (kind, "any")


STACKS: dict[str, StackPreset] = {
    each.key: each
    for each in (
        StackPreset("linear", "One layer", "flatten", "any", "No hidden layer: logistic regression for classes, linear regression for numbers."),
        StackPreset("mlp", "MLP", "flatten | dense 64 | relu", "any", "One hidden layer of 64 units; enough for digits of 8×8 pixels."),
        StackPreset("deep_mlp", "Deep MLP", "flatten | dense 128 | norm | relu | dropout 0.2 | dense 64 | norm | relu | dropout 0.2", "any",
                    "Two hidden layers with batch norm and dropout: a robust choice for tables."),
        StackPreset("residual_mlp", "Residual MLP", "dense 64 | relu | residual 64 | residual 64 | residual 64", "table",
                    "Three residual blocks, as in Gorishniy et al. 2021: deep networks for tables that still train."),
        StackPreset("lenet", "LeNet", "conv 6 5 | tanh | avg 2 | conv 16 5 | tanh | avg 2 | flatten | dense 120 | tanh | dense 84 | tanh", "image",
                    "LeCun et al. 1998: two convolutions, two poolings, two dense layers; with padding, so that it also takes 8×8 pixels."),
        StackPreset("cnn", "Small CNN", "conv 16 | relu | max 2 | conv 32 | relu | max 2 | flatten | dense 64 | relu", "image",
                    "Two convolutions with pooling; over 98 % on MNIST within an epoch."),
        StackPreset("vgg", "Small VGG", "conv 16 | norm | relu | conv 16 | norm | relu | max 2 | conv 32 | norm | relu | conv 32 | norm | relu | max 2 | "
                    "flatten | dropout 0.3 | dense 128 | relu", "image", "Pairs of 3×3 convolutions between poolings (Simonyan and Zisserman 2015)."),
        StackPreset("resnet", "Small ResNet", "conv 16 | norm | relu | residual 16 | residual 32 stride 2 | residual 64 stride 2 | global", "image",
                    "Three residual blocks and one mean a channel at the end (He et al. 2016, section 4.2)."),
        StackPreset("timm", "ResNet-18", "resize 32 | timm resnet18", "image", "A published architecture from timm, from scratch; slow on a processor."),
    )
}  # fmt: skip
