/** Where links in mails lead: `#confirm=TOKEN`, `#reset=TOKEN`. What is behind `#` stays in the browser. */
export const ACCOUNT_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Vigie</title>
</head>
<body>
<h1>Vigie</h1>
<form id="form" hidden>
<p><label><span id="label">The password that you have registered with</span>:
<input id="password" type="password" autocomplete="current-password" minlength="12" maxlength="256" required></label></p>
<button id="button">Confirm the address</button>
</form>
<p id="message" role="status">This page needs a link from a mail.</p>
<script src="account.js"></script>
</body>
</html>
`;

/** Does nothing until somebody presses the button: programs that look at mails open links too. */
export const ACCOUNT_SCRIPT = `const [, action, token] = /^#(confirm|reset)=([\\w-]+)$/.exec(location.hash) ?? [];
const [form, label, password, button, message] = ['form', 'label', 'password', 'button', 'message'].map(id =>
  document.getElementById(id),
);
history.replaceState(null, '', location.pathname);
if (action !== undefined) {
  form.hidden = false;
  message.textContent = '';
}
if (action === 'reset') {
  label.textContent = 'New password, at least 12 characters';
  password.autocomplete = 'new-password';
  button.textContent = 'Set the password';
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  button.disabled = true;
  message.textContent = '…';
  const [method, body] =
    action === 'reset'
      ? ['resetPassword', { token, newPassword: password.value }]
      : ['confirm', { token, password: password.value }];
  try {
    const response = await fetch('v1/users:' + method, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    message.textContent = response.ok ? 'Done. You may log in.' : (await response.json()).error.message;
    if (response.ok) form.remove();
  } catch {
    message.textContent = 'Vigie gives no answer. Try again.';
  }
  button.disabled = false;
});
`;
