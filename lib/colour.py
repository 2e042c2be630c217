"""The contrast of two colours, and the nearest shade of a colour that has enough contrast to be read.

WCAG 2.2 defines contrast as (L1 + 0.05) / (L2 + 0.05), where L is the relative luminance of sRGB:
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio and https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
"""

import colorsys

MIN_CONTRAST = 4.5  # for text, https://www.w3.org/TR/WCAG22/#contrast-minimum
LIGHT_BACKGROUNDS = ("#fdfcf8", "#f5f2ea")  # --paper and --raised of static/css/tokens.css
DARK_BACKGROUNDS = ("#161513", "#201e1b")
STEPS = 255


def contrast(one: str, other: str) -> float:
    """Returns the contrast of two colours `#rrggbb`, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Returns the relative luminance of a colour `#rrggbb`, from 0 for black to 1 for white."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(colour: str) -> tuple[str, str]:
    """Returns two shades of the colour that can be read: one for light backgrounds and one for dark ones.

    A shade has the hue and saturation of the colour, and is only as much darker or lighter as MIN_CONTRAST requires.
    """
    return _with_contrast(colour, LIGHT_BACKGROUNDS, -1), _with_contrast(colour, DARK_BACKGROUNDS, 1)


def _with_contrast(colour: str, backgrounds: tuple[str, ...], direction: int) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    shade = colour
    for step in range(1, STEPS + 1):
        if all(contrast(shade, background) >= MIN_CONTRAST for background in backgrounds):
            break
        changed = min(max(lightness + direction * step / STEPS, 0), 1)
        shade = "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, changed, saturation))
    return shade


def _channels(colour: str) -> list[float]:
    return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
