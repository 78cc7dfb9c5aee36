// Draws options on charts of the page, as soon as they are there; the newest options count.
const waitingDrawings = new Map();

function showCharts(drawings) {
  for (const [id, options] of drawings) waitingDrawings.set(id, options);
  drawWaiting(100);
}

function drawWaiting(tries) {
  for (const [id, options] of waitingDrawings) {
    const chart = getElement(id)?.chart;
    if (!chart) continue;
    const fresh = chart.drawnSeries !== options.series.length;
    chart.setOption(options, { notMerge: fresh });
    chart.drawnSeries = options.series.length;
    waitingDrawings.delete(id);
  }
  if (waitingDrawings.size && tries) setTimeout(() => drawWaiting(tries - 1), 20);
  else waitingDrawings.clear(); // of charts that have left the page
}
