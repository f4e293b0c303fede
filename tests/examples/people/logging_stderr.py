"""Python's logging with its own format, on standard error; keyword arguments by hand."""

import logging
import sys

log = logging.getLogger("train")
logging.basicConfig(
    level=logging.INFO,
    format="%(asctime)s [%(levelname)s] %(name)s (%(filename)s:%(lineno)d): %(message)s",
)
lr = float(sys.argv[1].partition("=")[2])
log.info("learning rate %g, 12,288 training images", lr)
error = 0.9
for epoch in range(4):
    error *= 1 - lr / 2
    log.info("epoch %d finished in %.1f s", epoch, 3.2)
    log.info("training: loss %.4f, error %.2f%%", error, 100 * error * 0.9)
    log.info("validation: loss %.4f, error %.2f%%", 1.1 * error, 100 * error)
log.warning("best error so far: %.2f%%", 100 * error)
