"""What tests of event files share: the forms and the key that they are written
with, a week to export, what a file says and what the helper complains of."""

import csv
import datetime

from stores import flood

KEY = "a secret of a test that is long enough"
ENVIRONMENT = {"CANVAS_EVENTS_KEY": KEY}
COLORS = ("FF4500 FFA800 FFD635 00A368 7EED56 2450A4 3690EA 51E9F4 "
          "811E9F B44AC0 FF99AA 9C6926 000000 898D90 D4D7D9 FFFFFF").split()
HEADER = {"2017": "ts,user,x_coordinate,y_coordinate,color",
          "2022": "timestamp,user_id,pixel_color,coordinate"}


def recorded(stores, count=400, seed=0):
    """A week with events, all of them in PostgreSQL."""
    recorder = stores.record()
    flood(stores, count, seed=seed)
    stores.wait_recorded()
    recorder.terminate()
    recorder.wait()


def stamp(at):
    at = at.astimezone(datetime.timezone.utc)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"


def rows_of(text):
    return list(csv.reader(text.splitlines()))


def failure(stores, *arguments, code=1, **options):
    result = stores.helper(*arguments, **options)
    assert (result.code, result.out) == (code, ""), result
    assert result.err.count("\n") == 1, result
    return result.err
