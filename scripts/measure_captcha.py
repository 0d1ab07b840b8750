"""Lets two programs read the pictures that measure-captcha drew, and holds all against the aims."""

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ddddocr
import numpy as np
from PIL import Image, ImageFilter, ImageOps

SIZES = ["120x40", "240x80"]
WHITELIST = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def chain(*steps):
    def run(image):
        for step in steps:
            image = step(image)
        return image

    return run


def scaled(factor):
    return lambda i: i.resize((int(i.width * factor), int(i.height * factor)), Image.LANCZOS)


def channel(mode, number):
    return lambda i: ImageOps.autocontrast(i.convert(mode).split()[number])


grey = lambda i: i.convert("L")
median = lambda n: lambda i: i.filter(ImageFilter.MedianFilter(n))
blur = lambda n: lambda i: i.filter(ImageFilter.GaussianBlur(n))
erode = lambda i: i.filter(ImageFilter.MaxFilter(3))
dilate = lambda i: i.filter(ImageFilter.MinFilter(3))
binary = lambda i: i.point(lambda value: 255 if value > 128 else 0)
edges = lambda i: ImageOps.invert(i.filter(ImageFilter.FIND_EDGES))

# What the aims are about: one or two lines of any image library, without regard to hue.
CLEAN_UPS = {
    "raw": grey,
    "median 3": chain(grey, median(3)),
    "median 5": chain(grey, median(5)),
    "blur 1": chain(grey, blur(1)),
    "blur 2": chain(grey, blur(2)),
    "erode": chain(grey, erode),
    "dilate": chain(grey, dilate),
    "invert": chain(grey, ImageOps.invert),
    "half": chain(grey, scaled(0.5)),
    "double": chain(grey, scaled(2)),
    "binary": chain(grey, binary),
    "edges": chain(grey, edges),
    "median 3, invert": chain(grey, median(3), ImageOps.invert),
    "half, invert": chain(grey, scaled(0.5), ImageOps.invert),
    "blur 1, binary": chain(grey, blur(1), binary),
    "double, median 5": chain(grey, scaled(2), median(5)),
}

# Beyond the aims, for honesty: one channel of a colour space.
CHANNELS = {
    "red": channel("RGB", 0),
    "green": channel("RGB", 1),
    "blue": channel("RGB", 2),
    "saturation": channel("HSV", 1),
    "Lab a": channel("LAB", 1),
    "Lab b": channel("LAB", 2),
}


def load(folder, count):
    lines = (folder / "truth.txt").read_text().split("\n")[:count]
    names = [line.split() for line in lines]
    return [(text.lower(), Image.open(folder / name).convert("RGB")) for name, text in names]


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def read_by_ddddocr(pictures, treatments):
    """How many each model reads after each treatment, and how many at least one of them does."""
    solved, union = {}, set()
    for beta in (False, True):
        solver = ddddocr.DdddOcr(show_ad=False, beta=beta)
        model = "beta" if beta else "default"
        for name, treat in treatments.items():
            hits = {
                number
                for number, (text, image) in enumerate(pictures)
                if solver.classification(png(treat(image))).lower() == text
            }
            solved[f"{model}, {name}"] = len(hits)
            union |= hits
    return solved, len(union)


def read_by_tesseract(pictures):
    def read(job):
        image, mode = job
        command = ["tesseract", "-", "-", "--psm", mode]
        command += ["-c", f"tessedit_char_whitelist={WHITELIST}"]
        environment = dict(os.environ, OMP_THREAD_LIMIT="1")
        # It wants letters of 30 pixels or more; smaller ones it hardly reads at all.
        result = subprocess.run(
            command, input=png(scaled(2)(image)), capture_output=True, env=environment, check=True
        )
        return "".join(result.stdout.decode().split()).lower()

    solved = {}
    with ThreadPoolExecutor(2) as pool:
        for name in ("raw", "binary", "median 3"):
            images = [CLEAN_UPS[name](image) for _, image in pictures]
            for mode in ("7", "8"):
                texts = list(pool.map(read, [(image, mode) for image in images]))
                hits = sum(text == truth for text, (truth, _) in zip(texts, pictures))
                solved[f"psm {mode}, {name}"] = hits
    return solved


def best(solved):
    name = max(solved, key=solved.get)
    return solved[name], name


def measure(work):
    """Rows of (size, what, measured, aim, holds, remark); an aim of None is for information."""
    for size in SIZES:
        folder = work / size
        speed, _ = folder.joinpath("speed.txt").read_text().split()
        if size == SIZES[0]:
            yield size, "pictures a second, one core", int(speed), ">= 3000", int(speed) >= 3000, ""
        else:
            yield size, "pictures a second, one core", int(speed), None, True, ""
        lengths = [path.stat().st_size for path in folder.glob("*.png")]
        mean = f"mean {int(np.mean(lengths))}"
        yield size, "bytes, biggest of 200", max(lengths), "< 5000", max(lengths) < 5000, mean
        hits, name = best(read_by_tesseract(load(folder, 200)))
        yield size, "tesseract, best of 6, of 200", hits, "<= 2", hits <= 2, name
        pictures = load(folder, 100)
        solved, union = read_by_ddddocr(pictures, CLEAN_UPS)
        hits, name = best(solved)
        yield size, f"ddddocr, best of {len(solved)}, of 100", hits, "<= 25", hits <= 25, name
        yield size, "ddddocr, any of them", union, None, True, ""
        solved, _ = read_by_ddddocr(pictures, CHANNELS)
        for channel_name in CHANNELS:
            hits = max(count for key, count in solved.items() if key.endswith(", " + channel_name))
            yield size, f"ddddocr, {channel_name} alone", hits, None, True, ""


def main():
    form = "{:7} {:30} {:>8} {:>8} {:5} {}"
    print(form.format("size", "what", "measured", "aim", "", "").rstrip())
    failed = 0
    for size, what, measured, aim, holds, remark in measure(Path(sys.argv[1])):
        verdict = "" if aim is None else ("pass" if holds else "FAIL")
        failed += not holds
        print(form.format(size, what, measured, aim or "", verdict, remark).rstrip(), flush=True)
    sys.exit(1 if failed else 0)


main()
