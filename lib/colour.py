"""Colours that can be read: contrast, and the nearest shade of a colour that has enough of it.

Contrast is WCAG 2.2's, (L1 + 0.05) / (L2 + 0.05) with relative luminance L of sRGB:
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio and https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
"""

import colorsys

ENOUGH = 4.5  # for text, https://www.w3.org/TR/WCAG22/#contrast-minimum
LIGHT_GROUNDS = ("#fdfcf8", "#f5f2ea")  # --paper and --raised of static/css/tokens.css
DARK_GROUNDS = ("#161513", "#201e1b")
STEPS = 255


def contrast(one: str, other: str) -> float:
    """Between two colours `#rrggbb`, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """From 0, black, to 1, white."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(colour: str) -> tuple[str, str]:
    """The colour on light ground and on dark: itself where it can be read there, else darker or lighter, no more than
    it takes, in its hue and saturation.
    """
    return _moved(colour, LIGHT_GROUNDS, -1), _moved(colour, DARK_GROUNDS, 1)


def _moved(colour: str, grounds: tuple[str, ...], direction: int) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    shade = colour
    for step in range(1, STEPS + 1):
        if all(contrast(shade, ground) >= ENOUGH for ground in grounds):
            break
        moved = min(max(lightness + direction * step / STEPS, 0), 1)
        shade = "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, moved, saturation))
    return shade


def _channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
