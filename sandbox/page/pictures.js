// Pictures in blocks. Only those of the sandbox itself are loaded: this page asks nothing of the outside.
import { h, icon } from "./dom.js";
import { ours } from "./files.js";
import * as mrkdwn from "./mrkdwn.js";

/** An image block or element, or in its place its alt text and where it would come from. */
export function picture({ image_url: url, slack_file: file, alt_text: alt = "" }) {
  const address = url ?? file?.url ?? (file?.id ? `/files/${encodeURIComponent(file.id)}/picture` : "");
  const name = alt || "Image";
  const here = URL.canParse(address, location.href) ? ours(address) : "";
  if (address && here) return h("img", { src: here, alt: name, loading: "lazy" });
  return h(
    "span.image-away",
    { role: "img", "aria-label": name, title: address },
    icon("image"),
    h("span", name),
    h("span.image-host", /^https?:\/\//i.test(address) ? mrkdwn.link(address, new URL(address).host) : address),
  );
}
