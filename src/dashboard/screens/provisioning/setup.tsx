import { useSearchParams } from 'wouter';
import { useMessages } from '../../app/messages.js';
import { useQuery } from '../../app/query.js';
import { useWorkspace } from '../../app/workspace.js';
import { Button } from '../../ui/button.js';
import { CopyText } from '../../ui/copy.js';
import { Select } from '../../ui/field.js';
import { TextLink } from '../../ui/link.js';
import { Loaded } from '../../ui/loaded.js';
import { Facts, Panel } from '../../ui/panel.js';
import { PlainTable } from '../../ui/plain-table.js';
import { download } from '../download.js';
import { CopyButton } from './copy-button.js';
import { ProvisioningSetupDocument, type ProvisioningSetupQuery } from './provisioning.generated.js';
import styles from './provisioning.module.css';
import { SelfTest } from './self-test.js';
import { CLIENTS } from './view.js';

type SetupValues = NonNullable<NonNullable<ProvisioningSetupQuery['workspace']>['scim']['setup']>;

/** Everything to enter at the provider, and a test of the whole request sequence. */
export function Setup() {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const [parameters, setParameters] = useSearchParams();
  const provider = CLIENTS.find((client) => client === parameters.get('provider')) ?? 'OKTA';
  const [query, reload] = useQuery({
    query: ProvisioningSetupDocument,
    variables: { workspaceId, provider },
  });
  const choose = (value: string) =>
    setParameters((before) => ({ ...Object.fromEntries(before), provider: value }));
  return (
    <Panel title={t('setup.title')}>
      <Select
        label={t('setup.provider')}
        choices={CLIENTS.map((value) => ({ value, label: t(`provisioning.client.${value}`) }))}
        value={provider}
        onChange={choose}
      />
      <Loaded query={query} onRetry={() => reload({ requestPolicy: 'network-only' })}>
        {({ workspace }) =>
          workspace?.scim.setup == null ? (
            <p>{t('setup.forbidden')}</p>
          ) : (
            <Values setup={workspace.scim.setup} />
          )
        }
      </Loaded>
      <SelfTest />
    </Panel>
  );
}

function Values({ setup }: { readonly setup: SetupValues }) {
  const t = useMessages();
  const { id: workspaceId } = useWorkspace();
  const { baseUrl, keyScreen, attributeScreen, mappingScreen, unmapped, terraform } = setup;
  return (
    <>
      <h3>{t('setup.connect', { screen: keyScreen })}</h3>
      <Facts
        facts={[
          [t('auth.baseUrl'), <CopyText key="url" value={baseUrl} label={t('auth.baseUrl')} />],
          [
            t('setup.key'),
            <TextLink key="key" href={`/workspace/${workspaceId}/settings/api-keys`}>
              {t('setup.keyHint')}
            </TextLink>,
          ],
        ]}
      />
      <Attributes attributes={setup.attributes} title={t('setup.attributes', { screen: attributeScreen })} />
      <Mappings mappings={setup.mappings} title={t('setup.mappings', { screen: mappingScreen })} />
      {unmapped.length > 0 && <p>{t('setup.unmapped', { attributes: unmapped.join(', ') })}</p>}
      {terraform !== null && (
        <>
          <h3>{t('setup.terraform')}</h3>
          <div className={styles.actions}>
            <CopyButton text={terraform} label={t('setup.copyTerraform')} />
            <Button onPress={() => download('rollcall.tf', terraform, 'text/plain;charset=utf-8')}>
              {t('setup.download')}
            </Button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
          <pre className={styles.file} tabIndex={0}>
            {terraform}
          </pre>
        </>
      )}
    </>
  );
}

function Attributes({
  attributes,
  title,
}: {
  readonly attributes: SetupValues['attributes'];
  readonly title: string;
}) {
  const t = useMessages();
  if (attributes.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <PlainTable
        label={title}
        columns={[
          t('setup.displayName'),
          t('setup.variableName'),
          t('setup.externalName'),
          t('setup.namespace'),
          t('setup.dataType'),
          t('setup.required'),
          t('setup.values'),
        ]}
        rows={attributes.map((attribute) => ({
          id: attribute.variableName,
          cells: [
            attribute.displayName,
            <CopyText key="variable" value={attribute.variableName} label={t('setup.variableName')} />,
            <CopyText key="external" value={attribute.externalName} label={t('setup.externalName')} />,
            attribute.externalNamespace === '' ? (
              '–'
            ) : (
              <CopyText key="namespace" value={attribute.externalNamespace} label={t('setup.namespace')} />
            ),
            attribute.dataType,
            t(attribute.required ? 'setup.yes' : 'setup.no'),
            attribute.values.length === 0 ? '–' : attribute.values.join(', '),
          ],
        }))}
      />
    </>
  );
}

function Mappings({
  mappings,
  title,
}: {
  readonly mappings: SetupValues['mappings'];
  readonly title: string;
}) {
  const t = useMessages();
  return (
    <>
      <h3>{title}</h3>
      <PlainTable
        label={title}
        columns={[t('audit.attribute'), t('setup.mapping'), t('setup.note')]}
        rows={mappings.map(({ attribute, value, note }) => ({
          id: attribute,
          cells: [
            <CopyText key="attribute" value={attribute} label={attribute} />,
            value === '' ? (
              t('setup.yourChoice')
            ) : (
              <CopyText key="value" value={value} label={t('setup.mappingOf', { attribute })} />
            ),
            note,
          ],
        }))}
      />
    </>
  );
}
