"""Small convolutional networks for 28 × 28 and 32 × 32 images; every layer has a name that a screen can show."""

import torch
from torch import nn


class ConvolutionBlock(nn.Sequential):
    """Convolution 3 × 3 that keeps the size, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class SmallCNN(nn.Module):
    """Pairs of convolutions, halved in size between them, then the average over the plane and one linear layer.

    Args:
        channels: Input channels.
        widths: Output channels of each pair.
        dropout: Before the linear layer.
    """

    def __init__(self, channels: int, widths: tuple[int, ...], classes: int, dropout: float = 0.0):
        super().__init__()
        stages: list[nn.Module] = []
        before = channels
        for i, width in enumerate(widths):
            stages.append(nn.Sequential(ConvolutionBlock(before, width), ConvolutionBlock(width, width)))
            if i < len(widths) - 1:
                stages.append(nn.MaxPool2d(2))
            before = width
        self.features = nn.Sequential(*stages)
        self.drop = nn.Dropout(dropout)
        self.classifier = nn.Linear(before, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) of normalised images (n, channels, height, width)."""
        return self.classifier(self.drop(self.features(images).mean((2, 3))))


class TinyVGG(nn.Module):
    """Two blocks of two 3 × 3 convolutions with ReLU and a halving, ten channels throughout, small enough to show whole.

    The shape follows TinyVGG of CNN Explainer (Wang et al. 2020): every feature map of every layer fits one screen.
    """

    def __init__(self, channels: int, classes: int, width: int = 10, size: int = 32):
        super().__init__()
        self.conv_1_1, self.conv_1_2 = nn.Conv2d(channels, width, 3), nn.Conv2d(width, width, 3)
        self.conv_2_1, self.conv_2_2 = nn.Conv2d(width, width, 3), nn.Conv2d(width, width, 3)
        self.relu, self.pool = nn.ReLU(), nn.MaxPool2d(2)
        side = ((size - 4) // 2 - 4) // 2
        self.classifier = nn.Linear(width * side * side, classes)

    def stages(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """What every layer answers, by its name, in order; the last one holds the logits."""
        found = {"input": images}
        x = images
        for block in (1, 2):
            for layer in (1, 2):
                name = f"conv_{block}_{layer}"
                found[name] = x = getattr(self, name)(x)
                found[f"relu_{block}_{layer}"] = x = self.relu(x)
            found[f"pool_{block}"] = x = self.pool(x)
        found["logits"] = self.classifier(x.flatten(1))
        return found

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) of normalised images (n, channels, size, size)."""
        return self.stages(images)["logits"]
