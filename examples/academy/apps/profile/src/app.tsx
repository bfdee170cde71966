/** The login, and what the academy knows about who is signed in. */
import { Footer } from "@academy/footer";
import { Header } from "@academy/header";
import { useFrame } from "@academy/page";
import { Avatar, Badge, Button, Card, Field, LinkButton } from "@academy/ui";
import { useState } from "react";
import { PASSWORD_LENGTH } from "./login.js";
import "./app.css";

export type ProfileProps =
  | { page: "login"; next: string; name: string; problem: string }
  | { page: "profile"; name: string; fullName: string; password: string };

export function App(props: ProfileProps) {
  const { about, locale } = useFrame();
  return (
    <>
      <Header current="profile" locale={locale} />
      <main id="content" className="profile">
        {props.page === "login" ? <Login {...props} /> : <Profile {...props} />}
      </main>
      <Footer locale={locale} app={about.app} version={about.version} note={about.environment} />
    </>
  );
}

function Login({ next, name, problem }: Extract<ProfileProps, { page: "login" }>) {
  const [password, setPassword] = useState("");
  const [visible, setVisible] = useState(false);
  const missing = Math.max(0, PASSWORD_LENGTH - password.length);
  return (
    <Card className="login">
      <h1>Sign in</h1>
      <p className="soft">{`The academy is an example: any name will do, with a password of at least ${PASSWORD_LENGTH} characters.`}</p>
      {problem === "" ? null : (
        <p className="login-problem" role="alert">
          {problem}
        </p>
      )}
      <form method="post" action="/profile/login">
        <input type="hidden" name="next" value={next} />
        <Field label="Name" name="name" defaultValue={name} autoComplete="username" required maxLength={60} />
        <Field
          label="Password"
          name="password"
          type={visible ? "text" : "password"}
          autoComplete="current-password"
          required
          minLength={PASSWORD_LENGTH}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <div className="login-hint">
          <output className="faint" data-missing={missing}>
            {missing === 0 ? "Long enough" : `${missing} more ${missing === 1 ? "character" : "characters"}`}
          </output>
          <button type="button" className="login-show" data-action="show" aria-pressed={visible} onClick={() => setVisible(!visible)}>
            {visible ? "Hide" : "Show"}
          </button>
        </div>
        <Button type="submit">Sign in</Button>
      </form>
    </Card>
  );
}

function Profile({ name, fullName, password }: Extract<ProfileProps, { page: "profile" }>) {
  const { about } = useFrame();
  return (
    <Card className="profile-card">
      <div className="profile-top">
        <Avatar name={fullName} size={84} />
        <div>
          <h1>{fullName}</h1>
          <p className="soft" data-user={name}>{`Signed in as ${name}`}</p>
        </div>
        <Badge tone="good">Learner</Badge>
      </div>
      <dl>
        <dt>Password</dt>
        <dd>{password === "" ? "Kept by another instance" : <code data-password={password}>{password}</code>}</dd>
        <dt>Signed in to</dt>
        <dd>{about.environment}</dd>
      </dl>
      <div className="profile-ways">
        <LinkButton href="/learn">My learning</LinkButton>
        <form method="post" action="/profile/logout">
          <Button type="submit" look="line">
            Sign out
          </Button>
        </form>
      </div>
    </Card>
  );
}
