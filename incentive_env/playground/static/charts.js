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
    draw(chart, options);
    waitingDrawings.delete(id);
  }
  if (waitingDrawings.size && tries) setTimeout(() => drawWaiting(tries - 1), 20);
  else waitingDrawings.clear(); // of charts that have left the page
}

// Where only the data are others than last time, only they are handed over: the rest takes as long to take in again.
function draw(chart, options) {
  const frame = JSON.stringify(options, (key, value) => (key === "data" || key === "aria" ? undefined : value));
  const names = JSON.stringify(options.yAxis?.data);
  if (chart.drawnFrame === frame && chart.drawnNames === names) {
    chart.setOption({ aria: options.aria, series: options.series.map(({ data }) => ({ data })) });
  } else {
    chart.setOption(options, { notMerge: chart.drawnSeries !== options.series.length });
  }
  Object.assign(chart, { drawnFrame: frame, drawnNames: names, drawnSeries: options.series.length });
}
