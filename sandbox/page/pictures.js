// Pictures in blocks. Only those of the sandbox itself are loaded: this page asks nothing of the outside.
import { h, icon } from "./dom.js";
import * as mrkdwn from "./mrkdwn.js";

/** An image block or element, or in its place its alt text and where it would come from. */
export function picture(image) {
  const file = image.slack_file ?? {};
  const address = image.image_url ?? file.url ?? (file.id ? `/files/${file.id}/picture` : "");
  const alt = image.alt_text || "Image";
  const url = URL.canParse(address, location.href) ? new URL(address, location.href) : null;
  if (address && url?.origin === location.origin) return h("img", { src: url.href, alt, loading: "lazy" });
  return h(
    "span.image-away",
    { role: "img", "aria-label": alt, title: address },
    icon("image"),
    h("span", alt),
    h(
      "span.image-host",
      /^https?:$/.test(url?.protocol) ? mrkdwn.link(address, url.host) : (file.id ?? address),
    ),
  );
}
