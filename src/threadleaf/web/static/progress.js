// The page of an unroll that is being read: its steps as they come, then the thread. Without this the page is loaded
// again every two seconds, which is what the first address asks for; the one with `watch` leaves it to this.
const here = new URL(location.href);
const steps = document.getElementById("steps");

const again = () => {
  here.searchParams.delete("watch");
  location.replace(here);
};

if (here.searchParams.has("watch")) {
  const events = new URL(here);
  events.pathname += "/events";
  const told = new EventSource(events);
  told.addEventListener("steps", (event) => {
    steps.replaceChildren(
      ...JSON.parse(event.data).map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
  });
  told.addEventListener("over", () => {
    told.close();
    again();
  });
  told.addEventListener("error", () => {
    if (told.readyState === EventSource.CLOSED) setTimeout(again, 5000);
  });
} else {
  here.searchParams.set("watch", "");
  location.replace(here);
}
