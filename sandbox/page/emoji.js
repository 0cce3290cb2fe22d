// The shortcodes people really type; any other stays as it was written.
export const EMOJI = Object.fromEntries(
  `+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|heart ❤️|tada 🎉|eyes 👀|white_check_mark ✅|heavy_check_mark ✔️|x ❌|warning ⚠️|
question ❓|exclamation ❗|bulb 💡|star ⭐|star2 🌟|sparkles ✨|rocket 🚀|fire 🔥|100 💯|clap 👏|raised_hands 🙌|pray 🙏|
muscle 💪|wave 👋|ok_hand 👌|point_right 👉|point_up 👆|point_down 👇|point_left 👈|handshake 🤝|smile 😄|slightly_smiling_face 🙂|
grinning 😀|joy 😂|sweat_smile 😅|wink 😉|blush 😊|heart_eyes 😍|thinking_face 🤔|neutral_face 😐|disappointed 😞|cry 😢|
sob 😭|rage 😡|scream 😱|sunglasses 😎|sun_with_face 🌞|sunny ☀️|books 📚|book 📖|open_book 📖|bookmark 🔖|memo 📝|pencil ✏️|pencil2 ✏️|
mag 🔍|speech_balloon 💬|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|calendar 📅|date 📅|clock1 🕐|hourglass ⌛|hourglass_flowing_sand ⏳|
chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|trophy 🏆|medal 🏅|first_place_medal 🥇|second_place_medal 🥈|
third_place_medal 🥉|gift 🎁|cake 🍰|balloon 🎈|confetti_ball 🎊|bouquet 💐|sunflower 🌻|seedling 🌱|herb 🌿|house 🏠|office 🏢|phone ☎️|
telephone_receiver 📞|iphone 📱|computer 💻|tv 📺|satellite 📡|wrench 🔧|hammer 🔨|gear ⚙️|lock 🔒|unlock 🔓|key 🔑|link 🔗|paperclip 📎|
pushpin 📌|round_pushpin 📍|inbox_tray 📥|outbox_tray 📤|email ✉️|envelope ✉️|package 📦|moneybag 💰|credit_card 💳|euro 💶|
red_circle 🔴|large_blue_circle 🔵|large_green_circle 🟢|large_yellow_circle 🟡|white_circle ⚪|black_circle ⚫|arrow_right ➡️|arrow_left ⬅️|
arrow_up ⬆️|arrow_down ⬇️|repeat 🔁|arrows_counterclockwise 🔄|information_source ℹ️|no_entry ⛔|no_entry_sign 🚫|robot_face 🤖|busts_in_silhouette 👥|
bust_in_silhouette 👤|coffee ☕|pizza 🍕|dart 🎯|compass 🧭|shield 🛡️|lifebuoy 🛟|construction 🚧|zap ⚡|cloud ☁️|rainbow 🌈|trumpet 🎺`
    .replaceAll("\n", "")
    .split("|")
    .map((pair) => pair.split(" ")),
);

// Offered when reacting or pressing the smile, most used first.
export const COMMON = [
  "+1",
  "-1",
  "heart",
  "tada",
  "eyes",
  "white_check_mark",
  "pray",
  "clap",
  "raised_hands",
  "bulb",
  "smile",
  "joy",
  "thinking_face",
  "fire",
  "rocket",
  "star",
  "100",
  "muscle",
  "wave",
  "warning",
  "question",
  "x",
  "trophy",
  "coffee",
];
