import { grantTypes, providerSettingsSchema } from '@argus/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Settings as the flags of a command name them; what no flag says is left out. */
export interface ClientFlags {
  readonly name?: string;
  readonly type?: string;
  readonly native?: boolean;
  readonly authMethod?: string;
  readonly redirectUri?: readonly string[];
  readonly grantType?: readonly string[];
  readonly scope?: readonly string[];
  readonly resource?: readonly string[];
  readonly origin?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
}

export function withClientFlags(command: Command): Command {
  return withSet(
    command
      .option('--name <name>', 'what people read when it asks them')
      .addOption(
        new Option('--type <type>', 'whether it can keep a secret').choices(['confidential', 'public']),
      )
      .option('--native', 'a program on people’s devices: loopback redirects may use any port')
      .option('--auth-method <method>', 'how it proves itself')
      .option('--redirect-uri <uri...>', 'where people are sent back to, exactly')
      .addOption(new Option('--grant-type <type...>', 'what it may ask for').choices(grantTypes))
      .option('--scope <scope...>', 'scopes that it may ask for')
      .option('--resource <id...>', 'resources that it may have tokens for')
      .option('--origin <origin...>', 'browser origins that may call for tokens'),
  );
}

/** The body that these flags make; the server judges it. */
export function clientBody(flags: ClientFlags): Record<string, unknown> {
  return present({
    name: flags.name,
    type: flags.type,
    applicationType: flags.native ? 'native' : undefined,
    authMethod: flags.authMethod,
    redirectUris: flags.redirectUri,
    grantTypes: flags.grantType,
    scopes: flags.scope,
    resources: flags.resource,
    origins: flags.origin,
    ...flags.set,
  });
}

export interface ProviderFlags {
  readonly name?: string;
  readonly preset?: string;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly domain?: readonly string[];
  readonly scope?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
}

export function withProviderFlags(command: Command): Command {
  const presets = providerSettingsSchema.shape.preset.unwrap().options;
  return withSet(
    command
      .option('--name <name>', 'what people read on its button')
      .addOption(new Option('--preset <preset>', 'which adapter speaks with it').choices(presets))
      .option('--issuer <url>', 'its issuer URL')
      .option('--client-id <id>', 'who Argus is there')
      .option('--domain <domain...>', 'e-mail domains whose people are led there')
      .option('--scope <scope...>', 'scopes that Argus asks for there'),
  );
}

export function providerBody(flags: ProviderFlags): Record<string, unknown> {
  return present({
    name: flags.name,
    preset: flags.preset,
    issuer: flags.issuer,
    clientId: flags.clientId,
    domains: flags.domain,
    scopes: flags.scope,
    ...flags.set,
  });
}

function withSet(command: Command): Command {
  return command.option('--set <name=value>', 'any setting, its value as JSON or plain text', setting, {});
}

/** `requiresPar=true`, `name=Notes`; what is no JSON is text. */
function setting(text: string, before: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('Give a name and a value, such as requiresPar=true.');
  return { ...before, [name]: jsonOrText(value) };
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
