"""Plots drawn on the server: a picture, the table behind it and one sentence that reads it.

``core.charts.bars`` (bars, stacked bars, funnel), ``core.charts.heat``, ``core.charts.dots`` and
``core.charts.lines`` each return a ``core.charts.figure.ChartFigure``. The drawing modules load a
renderer of some 60 MB; import them where a chart is drawn, not at start-up.
"""
