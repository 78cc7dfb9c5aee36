// Draws options on charts of the page, as soon as they are there.
function showCharts(drawings) {
  const later = [];
  for (const [id, options] of drawings) {
    const chart = getElement(id)?.chart;
    if (!chart) {
      later.push([id, options]);
      continue;
    }
    const fresh = chart.drawnSeries !== options.series.length;
    chart.setOption(options, { notMerge: fresh });
    chart.drawnSeries = options.series.length;
  }
  clearTimeout(showCharts.timer);
  if (later.length) showCharts.timer = setTimeout(() => showCharts(later), 20);
}
